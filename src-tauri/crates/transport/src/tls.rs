//! TLS: whom this computer trusts, and whom a network's file adds to them.

use crate::TransportError;
use protocol::NetworkFile;
use rustls::{
    CertificateError, ClientConfig,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use std::{error::Error, io, sync::Arc};

/// Authorities that vouch for a network's servers beside those whom the system trusts: an enterprise has its own.
#[derive(Clone, Default)]
pub struct Authorities(Arc<[CertificateDer<'static>]>);

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

impl Authorities {
    /// Those of a network file: its `certificate_authorities`, certificates in PEM.
    ///
    /// # Errors
    /// [`TransportError::Authorities`] where the text is there and is none, or is only in part.
    pub fn of(network: &NetworkFile) -> Result<Self, TransportError> {
        let Some(text) = network.certificate_authorities.as_deref() else { return Ok(Self::default()) };
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        match found {
            Ok(found) if !found.is_empty() => Ok(Self(found.into())),
            Ok(_) => Err(TransportError::Authorities("it holds no certificate".to_owned())),
            Err(error) => Err(TransportError::Authorities(error.to_string())),
        }
    }

    /// For the HTTP client, which takes the system's by itself.
    pub(crate) fn for_http(&self) -> Result<Vec<reqwest::Certificate>, TransportError> {
        let read = |one: &CertificateDer<'static>| reqwest::Certificate::from_der(one);
        self.0
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|error| TransportError::Authorities(error.to_string()))
    }

    /// For connections that are no HTTP.
    pub(crate) fn config(&self) -> Result<ClientConfig, rustls::Error> {
        let builder = ClientConfig::builder();
        let provider = Arc::clone(builder.crypto_provider());
        let verifier = Verifier::new_with_extra_roots(self.0.iter().cloned(), provider)?;
        // "Dangerous" is any verifier that is not rustls' own; this one is the system's.
        Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
    }
}

/// What is wrong with a server's certificate, where that is why there is no connection.
pub(crate) fn distrust(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return of_rustls(found);
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            // What such an error carries is not among its sources.
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn of_rustls(error: &rustls::Error) -> Option<String> {
    let rustls::Error::InvalidCertificate(why) = error else { return None };
    Some(match why {
        // Of an authority that only has the name of one that is trusted, the signature does not fit.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "nobody whom this computer trusts has signed it".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is made out to another name".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has run out".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; or this computer's clock is wrong".to_owned()
        }
        CertificateError::Revoked => "it was withdrawn".to_owned(),
        other => other.to_string(),
    })
}
