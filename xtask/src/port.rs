//! Whether an address is free, asked before anything is built for it.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use crate::failure::Failure;

/// Refuses an address that another program listens on.
pub(crate) fn ensure_free(what: &'static str, address: SocketAddr) -> Result<(), Failure> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Failure::PortInUse {
            what,
            address: address.to_string(),
            port: address.port(),
        }),
        Err(source) => Err(Failure::Port {
            what,
            address: address.to_string(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_one_clear_sentence() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let failure = ensure_free("the app", address).unwrap_err();
        let port = address.port();
        assert_eq!(
            failure.to_string(),
            format!(
                "the app cannot listen on 127.0.0.1:{port}: another program does. Stop that and run \
                 this again (`ss -ltnp` or `lsof -i :{port}` names it)."
            )
        );
    }

    #[test]
    fn a_free_port_is_fine() {
        // The system picks one that is free.
        ensure_free("the app", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    }
}
