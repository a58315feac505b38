//! What goes wrong on the way, said to people in their language.

use crate::{EndpointError, TransportError};
use protocol::{Sentence, sentence};

impl From<&TransportError> for Sentence {
    fn from(error: &TransportError) -> Self {
        use TransportError as E;
        match error {
            E::Endpoint(error) => error.into(),
            E::UnknownGateway(gateway) => sentence!("the network does not say where {gateway} is", gateway = *gateway),
            E::Connect { target, .. } => sentence!("{target} cannot be reached", target),
            E::Certificate { target, why } => {
                sentence!("{target} shows a certificate that is not trusted ({why})", target, why)
            }
            E::Authorities(why) => {
                sentence!("certificate_authorities in the network file cannot be read ({why})", why)
            }
            E::Timeout { target, after } => {
                let seconds = after.as_secs_f32().to_string();
                sentence!("{target} did not answer within {seconds} s", target, seconds)
            }
            E::TooLarge { max } => sentence!("the answer is larger than {max} bytes", max = *max),
            E::Private(address) => sentence!("{address} is no public internet address", address),
            E::Redirect(address) => sentence!("{address} sends requests on in a way that is not followed", address),
            E::Broken { target, .. } => sentence!("the connection to {target} broke", target),
            E::Form(why) => sentence!("the answer is not of the expected form ({why})", why),
            E::Request(why) => sentence!("this request cannot be sent ({why})", why),
            E::SocketPathTooLong { path, max } => {
                sentence!("the path {path} is longer than {max} bytes", path = path.as_path(), max = *max)
            }
            E::InUse(at) => sentence!("another process already listens at {at}", at),
            E::Listen { at, .. } => sentence!("nothing can listen at {at}", at),
            E::Unsupported(what) => sentence!("{what} is not supported on this system", what = *what),
        }
    }
}

impl From<&EndpointError> for Sentence {
    fn from(error: &EndpointError) -> Self {
        match error {
            EndpointError::Scheme(address) => {
                sentence!(
                    "an address begins with http://, https://, ws://, wss://, unix: or pipe:, not “{address}”",
                    address
                )
            }
            EndpointError::Form { text, why } => sentence!("“{address}” is no address ({why})", address = text, why),
        }
    }
}
