"""The OpenID Connect provider: sends people there and checks what they come back with.

Authorization code with PKCE; state and nonce are bound to the visitor's session and used once.
The provider is found by discovery (``/.well-known/openid-configuration``), when it is first needed.
"""

from __future__ import annotations

import enum
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from matchmaker.config import Settings
from matchmaker.errors import SettingInvalid
from matchmaker.services.provider_sign_in import Identity

_EXTENSION = "matchmaker-provider"
_STATE = "_state_provider_"
_SECONDS = 10
#: Signatures that only the provider can make; a shared secret or none at all is not taken.
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Failure(enum.StrEnum):
    """Why somebody came back without a sign-in."""

    #: Cancelled, too late, opened twice, or not begun in this browser.
    INCOMPLETE = "incomplete"
    #: The provider does not answer, or not as it should.
    UNAVAILABLE = "unavailable"


class ProviderFailed(Exception):
    """The provider did not sign anybody in."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.value)


class Provider:
    """The one provider of an installation."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Register the provider that the settings name; nothing is asked of it yet."""
        self.issuer = settings.oidc_issuer.rstrip("/")
        self.name = settings.oidc_name or str(urlsplit(self.issuer).hostname)
        self._back = f"{settings.public_url.rstrip('/')}/sign-in/provider/back"
        self._client: Any = OAuth(app).register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret or None,
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "default_timeout": _SECONDS,
            },
        )

    def send_away(self) -> Response:
        """Return the redirect to the provider; what was begun in this session before is off.

        Raises:
            ProviderFailed: it does not answer.

        """
        for name in [name for name in session if name.startswith(_STATE)]:
            del session[name]
        try:
            self._discover()
            return cast("Response", self._client.authorize_redirect(self._back))
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            raise ProviderFailed(Failure.UNAVAILABLE) from error

    def take_back(self) -> Identity:
        """Return who the provider says this is, with its ID token checked.

        Raises:
            ProviderFailed: not begun here, cancelled, opened twice, or the answer does not hold.

        """
        try:
            self._discover()
            token = self._client.authorize_access_token()
            claims = token.get("userinfo")
            if not claims:
                raise ProviderFailed(Failure.INCOMPLETE)
            claims = dict(claims)
            if "email" not in claims and self._client.server_metadata.get("userinfo_endpoint"):
                more = self._client.userinfo(token=token)
                # Of somebody else it would say nothing about this one.
                if more.get("sub") == claims["sub"]:
                    claims = {**more, **claims}
        except requests.RequestException as error:
            raise ProviderFailed(Failure.UNAVAILABLE) from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
            raise ProviderFailed(Failure.INCOMPLETE) from error
        email = claims.get("email")
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            # Nothing else counts, not the word "true" either.
            email_verified=claims.get("email_verified") is True,
        )

    def _discover(self) -> None:
        found = self._client.load_server_metadata()
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise ProviderFailed(Failure.UNAVAILABLE)
        listed = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [
            algorithm for algorithm in listed if algorithm in _ALGORITHMS
        ]


def init_app(app: Flask, settings: Settings) -> None:
    """Set the provider up, if there is one; pages get ``provider_name``, None without.

    Raises:
        SettingInvalid: an issuer that is not reached over TLS, or no client id.

    """
    if settings.oidc_issuer:
        _check(settings)
        app.extensions[_EXTENSION] = Provider(app, settings)
    found = provider_of(app)
    app.jinja_env.globals["provider_name"] = found.name if found else None


def provider_of(app: Flask) -> Provider | None:
    """Return the provider of an application; None when none is set."""
    return cast("Provider | None", app.extensions.get(_EXTENSION))


def provider() -> Provider | None:
    """Return the provider of the running request's application."""
    return provider_of(current_app)


def _check(settings: Settings) -> None:
    try:
        parts = urlsplit(settings.oidc_issuer)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or (parts.scheme != "https" and host not in _LOOPBACK) or parts.query:
        raise SettingInvalid(
            "MATCHMAKER_OIDC_ISSUER", "use the https address that the provider calls its issuer."
        )
    if not settings.oidc_client_id:
        raise SettingInvalid(
            "MATCHMAKER_OIDC_CLIENT_ID", "the provider gives one when Matchmaker is registered."
        )
