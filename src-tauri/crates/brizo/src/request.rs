//! Parameters of a request: the query string, or, where there is none, the JSON body (Brizo 0.9: the query wins
//! entirely). Names of the v0.1 text and of the released software are the same parameter.

use serde_json::{Map, Value};

/// Parameters by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Map<String, Value>);

/// What is wrong with a request; the texts are those of the released software.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// Nothing was sent.
    #[error("payload seems empty.")]
    Empty,
    /// A parameter is missing.
    #[error("\"{name}\" is required in the call to {method}")]
    Missing {
        /// Which.
        name: &'static str,
        /// In what.
        method: &'static str,
    },
    /// A parameter cannot be read.
    #[error("\"{name}\" cannot be used: {why}")]
    Wrong {
        /// Which.
        name: &'static str,
        /// Why.
        why: String,
    },
}

impl Parameters {
    /// Reads a request.
    pub(crate) fn read(query: Option<&str>, body: &[u8]) -> Result<Self, RequestError> {
        if let Some(query) = query.filter(|q| !q.is_empty()) {
            let pairs = form_urlencoded::parse(query.as_bytes());
            return Ok(Self(pairs.map(|(k, v)| (k.into_owned(), Value::String(v.into_owned()))).collect()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(map)) if !map.is_empty() => Ok(Self(map)),
            _ => Err(RequestError::Empty),
        }
    }

    /// The first of these names that is there, as text; numbers become their digits.
    pub(crate) fn optional(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The same, required; the first name is the one an error speaks of.
    pub(crate) fn required(&self, names: &[&'static str], method: &'static str) -> Result<String, RequestError> {
        self.optional(names)
            .filter(|text| !text.is_empty())
            .ok_or(RequestError::Missing { name: names.first().copied().unwrap_or(""), method })
    }

    /// The same, parsed.
    pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        names: &[&'static str],
        method: &'static str,
    ) -> Result<T, RequestError> {
        let text = self.required(names, method)?;
        text.parse()
            .map_err(|e: T::Err| RequestError::Wrong { name: names.first().copied().unwrap_or(""), why: e.to_string() })
    }

    /// A document: text that holds JSON, or JSON itself.
    pub(crate) fn document(&self, name: &'static str, method: &'static str) -> Result<Value, RequestError> {
        match self.0.get(name) {
            Some(Value::String(text)) => {
                serde_json::from_str(text).map_err(|e| RequestError::Wrong { name, why: e.to_string() })
            }
            Some(Value::Null) | None => Err(RequestError::Missing { name, method }),
            Some(other) => Ok(other.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_wins_over_the_body() {
        let p = Parameters::read(Some("consumerAddress=a%20b"), br#"{"consumerAddress":"c"}"#).unwrap();
        assert_eq!(p.required(&["consumerAddress", "pubKey"], "consume").unwrap(), "a b");
        let p = Parameters::read(None, br#"{"pubKey":"c","index":3}"#).unwrap();
        assert_eq!(p.required(&["consumerAddress", "pubKey"], "consume").unwrap(), "c");
        assert_eq!(p.parsed::<u64>(&["index"], "consume").unwrap(), 3);
    }

    #[test]
    fn what_is_missing_is_named_as_the_released_software_names_it() {
        assert_eq!(Parameters::read(None, b"").unwrap_err().to_string(), "payload seems empty.");
        let p = Parameters::read(None, br#"{"a":"b"}"#).unwrap();
        let error = p.required(&["serviceAgreementId"], "consume").unwrap_err();
        assert_eq!(error.to_string(), "\"serviceAgreementId\" is required in the call to consume");
    }
}
