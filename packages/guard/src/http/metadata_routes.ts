/** The guard's metadata (RFC 8414) with the ledger's address and keys, and the guard's public key. @module */
import { formatVerifierKey, type Policy } from '@mintmark/ledger'
import type { Hono } from 'hono'
import type { StatementSigner } from '../events/statements.ts'

export interface MetadataDeps {
  readonly statements: StatementSigner
  readonly ledgerUrl: string
  readonly policy: Policy
  readonly canRevoke: boolean
}

export function metadataRoutes(app: Hono, deps: MetadataDeps): void {
  const { statements } = deps
  const document = metadataOf(deps)
  for (const path of wellKnown('oauth-authorization-server', statements.issuer))
    app.get(path, (c) => c.json(document))
  app.get('/jwks', (c) => c.json({ keys: [statements.jwk] }))
}

/** RFC 8414, section 3.1: the path of the issuer follows. Both paths answer, as a proxy may remove it. */
export function wellKnown(name: string, issuer: string): readonly string[] {
  const at = `/.well-known/${name}`
  const path = URL.canParse(issuer) ? new URL(issuer).pathname.replace(/\/+$/, '') : ''
  return path === '' ? [at] : [at, `${at}${path}`]
}

function metadataOf({ statements, ledgerUrl, policy, canRevoke }: MetadataDeps): object {
  const { issuer, alg } = statements
  const methods = ['client_secret_basic']
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    // The guard issues nothing.
    response_types_supported: [],
    introspection_endpoint: `${issuer}/introspect`,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_signing_alg_values_supported: [alg],
    ...(canRevoke && {
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: methods,
    }),
    mintmark_ledger_prefix: ledgerUrl,
    mintmark_log_vkeys: policy.logs.map(({ key }) => formatVerifierKey(key)),
  }
}
