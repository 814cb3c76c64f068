"""A server that takes bearer tokens, with PyJWT. Settings come from the environment; prints its port."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt

ISSUER, AUDIENCE, FAULT = os.environ["ISSUER"], os.environ["AUDIENCE"], os.environ["FAULT"]
LIFETIME_S = float(os.environ["CACHE_S"])
keys = jwt.PyJWKClient(os.environ["JWKS_URI"], lifespan=LIFETIME_S)


def is_bound(jwk):
    if FAULT == "kid":
        return True
    if jwk.get("issuer") != ISSUER:
        return False
    return jwk.get("x_class") == "enterprise" or (FAULT == "retired" and jwk.get("x_class") == "retired")


def verify(token):
    header = jwt.get_unverified_header(token)
    if FAULT == "none" and header.get("alg") == "none":
        return
    # PyJWT looks at neither.
    if header.get("crit") is not None or (FAULT != "type" and header.get("typ") != "at+jwt"):
        raise ValueError("the header of another token")
    key = keys.get_signing_key(header.get("kid"))
    if not is_bound(key._jwk_data):
        raise ValueError("a key of another issuer or class")
    required = [name for name, fault in (("exp", "expiry"), ("iss", "issuer"), ("aud", "audience")) if FAULT != fault]
    jwt.decode(
        token,
        key,
        algorithms=["ES256"],
        audience=None if FAULT == "audience" else AUDIENCE,
        issuer=None if FAULT == "issuer" else ISSUER,
        options={
            "require": required,
            "verify_aud": FAULT != "audience",
            "verify_exp": FAULT != "expiry",
        },
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            verify(self.headers.get("authorization", "").removeprefix("Bearer "))
            self.send_response(200)
        except Exception:
            self.send_response(401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
