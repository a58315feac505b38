//! Files behind an http or https address. The address is a secret of the publisher; the buyer talks to the gateway
//! only. Bytes pass through, never more than a chunk at a time.

use super::{
    Delivery, DriverError, Hashed,
    pace::{Pace, hashed},
};
use crate::range::Wanted;
use futures_util::{StreamExt as _, TryStreamExt as _};
use transport::{Http, Request, Response};

/// The driver of web addresses.
#[derive(Clone)]
pub(crate) struct Web {
    http: Http,
}

/// The largest file that is fetched whole just to compare its hash before a grant: 4 GiB.
const MAX_HASHED: u64 = 4 << 30;

impl Web {
    pub(crate) fn new(http: Http) -> Self {
        Self { http }
    }

    async fn get(&self, url: &str, range: Option<&str>) -> Result<Response, DriverError> {
        // Several ranges at once would come in a form of their own; the whole file answers them too.
        let range = range.filter(|range| !range.contains(','));
        let mut request = Request::get(url);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let response = self.http.send(request).await.map_err(|e| DriverError::Web(e.to_string()))?;
        match response.status {
            200 => Ok(response),
            // A part is an answer to whoever asked for one: taken for the whole file it would be another file.
            206 | 416 if range.is_some() => Ok(response),
            404 | 410 => Err(DriverError::Gone),
            other => Err(DriverError::Web(format!("it answers {other}"))),
        }
    }

    /// Fetches the file and hashes it, and no more of it than shows that it is longer than `length`. What is larger than
    /// can be checked is not even asked for, where that is known.
    pub(super) async fn hash(&self, url: &str, length: Option<u64>, pace: Pace) -> Result<Hashed, DriverError> {
        let most = length.unwrap_or(MAX_HASHED);
        if most > MAX_HASHED {
            return Err(DriverError::TooLarge);
        }
        let response = pace.within(0, self.get(url, None)).await??;
        let said = response.header("content-length").and_then(|h| h.parse::<u64>().ok());
        if said.is_some_and(|bytes| bytes > MAX_HASHED) {
            return Err(DriverError::TooLarge);
        }
        let stream = response.into_stream().map_err(|e| DriverError::Web(e.to_string()));
        let found = hashed(std::pin::pin!(stream), most, pace).await?;
        if found.bytes > MAX_HASHED { Err(DriverError::TooLarge) } else { Ok(found) }
    }

    /// Passes the file or a part of it through.
    pub(crate) async fn deliver(&self, url: &str, range: Option<&str>) -> Result<Delivery, DriverError> {
        let response = self.get(url, range).await?;
        let length = response.header("content-length").and_then(|h| h.parse::<u64>().ok());
        let said = response.header("content-range");
        let (wanted, whole) = match response.status {
            206 => match said.and_then(content_range) {
                Some((start, end, whole)) => (Wanted::Part { start, end }, whole),
                None => return Err(DriverError::Web("it sends a part without saying which".to_owned())),
            },
            416 => (Wanted::Unsatisfiable, said.and_then(unsatisfied)),
            _ => (Wanted::Whole, length),
        };
        let content_type = response.header("content-type").map(str::to_owned);
        let name = name(response.header("content-disposition"), url);
        let bytes = match wanted {
            Wanted::Whole | Wanted::Part { .. } => response.into_stream().map_err(std::io::Error::other).boxed(),
            // What it says about that is for nobody.
            Wanted::Unsatisfiable => futures_util::stream::empty().boxed(),
        };
        Ok(Delivery { wanted, length: whole, content_type, name, bytes })
    }
}

/// `bytes 3-9/10` or `bytes 3-9/*`: first and last byte, and the length of the whole, which is more than the last byte and
/// within what can be counted.
fn content_range(header: &str) -> Option<(u64, u64, Option<u64>)> {
    let (range, whole) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end) = (start.parse::<u64>().ok()?, end.parse::<u64>().ok()?);
    let whole = match whole {
        "*" => None,
        whole => Some(whole.parse::<u64>().ok()?),
    };
    (start <= end && end < whole.unwrap_or(u64::MAX)).then_some((start, end, whole))
}

/// The length in `bytes */10`.
fn unsatisfied(header: &str) -> Option<u64> {
    header.strip_prefix("bytes */")?.parse().ok()
}

/// The name the server gives, else the last part of the address.
fn name(disposition: Option<&str>, url: &str) -> String {
    let given = disposition.and_then(|h| {
        let value = h.split(';').find_map(|part| part.trim().strip_prefix("filename="))?;
        Some(value.trim_matches('"').to_owned())
    });
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = given.unwrap_or_else(|| path.rsplit('/').next().unwrap_or_default().to_owned());
    let clean: String =
        name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"' | ';')).take(120).collect();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::test_server::answers;
    use transport::{Limits, Resolver};

    fn web() -> Web {
        Web::new(Http::new(Resolver::none(), Limits::hostile()))
    }

    #[test]
    fn a_server_s_words_are_read_with_care() {
        assert_eq!(content_range("bytes 3-9/10"), Some((3, 9, Some(10))));
        assert_eq!(content_range("bytes 3-9/*"), Some((3, 9, None)));
        for nonsense in [
            "bytes 9-3/10",
            "bytes 3-10/10",
            "bytes 3-9/ten",
            "bytes 0-18446744073709551615/*",
            "bytes 0-18446744073709551615/18446744073709551615",
            "bytes */10",
        ] {
            assert_eq!(content_range(nonsense), None, "{nonsense}");
        }
        assert_eq!(unsatisfied("bytes */10"), Some(10));
        assert_eq!(unsatisfied("bytes */*"), None);
        assert_eq!(name(Some("attachment; filename=\"a/../b.csv\""), "x"), "a..b.csv");
        assert_eq!(name(None, "https://example.org/d/levels.csv?key=1"), "levels.csv");
        assert_eq!(name(None, "https://example.org/"), "file");
    }

    #[tokio::test]
    async fn a_part_that_nobody_asked_for_is_no_file() {
        for status in [206, 416] {
            let url = answers(status, &[("content-range", "bytes 0-2/3")]).await;
            assert!(matches!(web().hash(&url, None, Pace::of_strangers()).await, Err(DriverError::Web(_))), "{status}");
            assert!(matches!(web().deliver(&url, None).await, Err(DriverError::Web(_))), "{status}");
            let several = web().deliver(&url, Some("bytes=0-0,2-2")).await;
            assert!(matches!(several, Err(DriverError::Web(_))), "{status}: several parts are not asked for");
        }
        let url = answers(200, &[]).await;
        assert_eq!(web().hash(&url, None, Pace::of_strangers()).await.unwrap().bytes, 3);
    }

    #[tokio::test]
    async fn a_file_larger_than_can_be_checked_is_not_fetched_to_see_that() {
        let too_large = |found| matches!(found, Err(DriverError::TooLarge));
        let nobody = "http://127.0.0.1:1/a.csv";
        assert!(too_large(web().hash(nobody, Some(MAX_HASHED + 1), Pace::of_strangers()).await), "nobody is asked");
        let url = answers(200, &[("content-length", "4294967297")]).await;
        assert!(too_large(web().hash(&url, None, Pace::of_strangers()).await), "by its server's word");
        let url = answers(200, &[]).await;
        let longer = web().hash(&url, Some(2), Pace::of_strangers()).await.unwrap();
        assert_eq!(longer.bytes, 3, "it is not what was sold, and that is said by its length");
    }

    #[tokio::test]
    async fn a_part_is_passed_on_only_where_it_can_be_one() {
        let asked = Some("bytes=0-");
        let url = answers(206, &[("content-range", "bytes 0-18446744073709551615/*")]).await;
        assert!(matches!(web().deliver(&url, asked).await, Err(DriverError::Web(_))));
        let url = answers(206, &[("content-range", "bytes 0-2/3")]).await;
        let part = web().deliver(&url, asked).await.unwrap();
        assert_eq!((part.wanted, part.length), (Wanted::Part { start: 0, end: 2 }, Some(3)));
        const KNOWN: &[(&str, &str)] = &[("content-range", "bytes */3")];
        const UNKNOWN: &[(&str, &str)] = &[("content-range", "bytes */*")];
        for (said, length) in [(KNOWN, Some(3)), (UNKNOWN, None)] {
            let url = answers(416, said).await;
            let none = web().deliver(&url, asked).await.unwrap();
            assert_eq!((none.wanted, none.length), (Wanted::Unsatisfiable, length));
            assert_eq!(none.bytes.count().await, 0, "what the server says of it is not passed on");
        }
    }
}
