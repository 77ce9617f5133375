"""Certificates for every name that is asked for, by an authority of the stub shop's own."""

import base64
import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LASTS = timedelta(days=7)
_PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates while it exists; `folder` keeps its files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own_key = ec.generate_private_key(ec.SECP256R1())
        self._key = ec.generate_private_key(ec.SECP256R1())
        """Of every certificate but its own."""
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()
        self.file = folder / "authority.pem"
        own = self._certificate("stub shop authority", self._own_key.public_key(), is_own=True)
        self.file.write_bytes(own.public_bytes(_PEM))

    @property
    def trusted_key(self) -> str:
        """Return the hash of the key of its certificates, as Chromium takes it."""
        info = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(hashlib.sha256(info).digest()).decode()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the server's side of TLS for one name."""
        with self._lock:  # each connection has a thread, and may be the first of its name
            return self._contexts.get(host) or self._new_context(host)

    def _new_context(self, host: str) -> ssl.SSLContext:
        certificate = self._certificate(host, self._key.public_key(), is_own=False)
        private = self._key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self._folder / f"{host}.pem"
        file.write_bytes(certificate.public_bytes(_PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self._contexts[host] = context
        return context

    def _certificate(
        self, name: str, key: ec.EllipticCurvePublicKey, *, is_own: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stub shop authority")])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        builder = (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + _LASTS)
            .add_extension(x509.BasicConstraints(ca=is_own, path_length=None), critical=True)
        )
        if not is_own:
            names = x509.SubjectAlternativeName([x509.DNSName(name)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._own_key, hashes.SHA256())
