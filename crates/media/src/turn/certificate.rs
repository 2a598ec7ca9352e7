//! The certificate of TURN over TLS. It is renewed every few weeks by a program
//! that knows nothing of us, so its files are read again when they change.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What clients that name their protocol (RFC 7443) ask for. Browsers name none.
const PROTOCOLS: [&[u8]; 2] = [b"stun.turn", b"stun.nat-discovery"];

/// A certificate with its key.
pub(super) struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    acceptor: TlsAcceptor,
    /// When the files were changed last, and looked at last.
    changed: Option<SystemTime>,
    looked: Instant,
}

impl Certificate {
    /// Reads both files.
    pub(super) fn load(certificate: PathBuf, key: PathBuf) -> Result<Self, String> {
        let loaded = Mutex::new(Loaded {
            acceptor: read(&certificate, &key)?,
            changed: changed(&certificate),
            looked: Instant::now(),
        });
        Ok(Self { certificate, key, loaded })
    }

    /// Takes connections with the certificate as it is now. If the new one cannot
    /// be used, the one before goes on.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor_at(Instant::now())
    }

    fn acceptor_at(&self, now: Instant) -> TlsAcceptor {
        let mut loaded = self.loaded.lock();
        if now.saturating_duration_since(loaded.looked) >= LOOK_AGAIN {
            loaded.looked = now;
            let changed = changed(&self.certificate);
            if changed != loaded.changed {
                self.renew(&mut loaded, changed);
            }
        }
        loaded.acceptor.clone()
    }

    fn renew(&self, loaded: &mut Loaded, changed: Option<SystemTime>) {
        match read(&self.certificate, &self.key) {
            Ok(acceptor) => {
                loaded.acceptor = acceptor;
                loaded.changed = changed;
                tracing::info!("The certificate of TURN over TLS was read again");
            }
            Err(error) => tracing::warn!(error, "The new certificate cannot be used"),
        }
    }
}

fn changed(file: &PathBuf) -> Option<SystemTime> {
    fs::metadata(file).and_then(|it| it.modified()).ok()
}

fn read(certificate: &PathBuf, key: &PathBuf) -> Result<TlsAcceptor, String> {
    let trouble =
        |file: &PathBuf, error: &dyn std::error::Error| format!("{}: {error}", file.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(|it| it.collect::<Result<Vec<_>, _>>())
        .map_err(|it| trouble(certificate, &it))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|it| trouble(key, &it))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|it| it.with_no_client_auth().with_single_cert(chain, secret));
    let mut config = config.map_err(|it| trouble(certificate, &it))?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
