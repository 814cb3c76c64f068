/**
 * A guard over HTTP: its routes, and its metadata (RFC 8414) with the ledger's address and keys.
 */
import { formatVerifierKey, type Policy } from '@mintmark/ledger'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { EventDelivery } from '../events/event_delivery.ts'
import type { StatementSigner } from '../events/statements.ts'
import type { Subscriptions } from '../events/subscriptions.ts'
import type { RecordEntry } from '../sign/entry_recorder.ts'
import type { Callers } from '../verify/callers.ts'
import type { Guard } from '../verify/guard.ts'
import { errorAnswer, MAX_BODY_BYTES, responseOf, tooLarge } from './answers.ts'
import { authorize, CALLER_HEADER } from './authz_route.ts'
import { introspect } from './introspect_route.ts'
import { revoke } from './revoke_route.ts'
import { sentPath } from './sent_path.ts'
import { callerOf, ssfRoutes, wellKnown } from './ssf_routes.ts'

interface GuardAppDeps {
  readonly guard: Guard
  readonly callers: Callers
  readonly isReady: () => boolean
  readonly gauges: () => Readonly<Record<string, number>>
  readonly metadata: MetadataDeps | undefined
  readonly record: RecordEntry | undefined
  readonly delivery: EventDelivery | undefined
  readonly subscriptions: Subscriptions | undefined
  readonly signal: AbortSignal
  readonly now: () => number
}

export function guardApp(deps: GuardAppDeps): Hono {
  const { guard, callers, isReady, metadata, record, delivery, subscriptions, signal, now } = deps
  const statements = metadata?.statements
  const app = new Hono({ getPath: sentPath })
  app.post('/introspect', (c) => introspect(c, { guard, callers, statements }))
  app.all('/authz', (c) => authorize(c, guard, callers))
  app.all('/authz/*', (c) => authorize(c, guard, callers))
  // The routes above skip this: they are too frequent.
  app.use(async (c, next) => {
    // A proxy may have resolved `/authz/../healthz`, whose answer would let a request through.
    if (c.req.header(CALLER_HEADER) !== undefined) c.res = responseOf(errorAnswer('not_found', 404))
    else await next()
    c.header('Cache-Control', 'no-store')
  })
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', (c) => (isReady() ? c.text('ready\n') : c.text('not ready\n', 503)))
  app.get('/metrics', (c) => c.text(guard.metrics.text(deps.gauges())))
  if (record !== undefined) app.post('/revoke', (c) => revoke(c, { guard, callers, record, now }))
  if (metadata !== undefined) {
    metadataRoutes(app, metadata)
    app.use('/ssf/*', async (c, next) => {
      callerOf(c, deps)
      await next()
    })
    app.use('/ssf/*', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => responseOf(tooLarge()) }))
    const { issuer } = metadata.statements
    if (delivery !== undefined) ssfRoutes(app, { issuer, delivery, subscriptions, callers, signal })
  }
  app.notFound(() => responseOf(errorAnswer('not_found', 404)))
  app.onError((error) =>
    error instanceof HTTPException
      ? error.getResponse()
      : responseOf(errorAnswer('server_error', 500)),
  )
  return app
}

export interface MetadataDeps {
  readonly statements: StatementSigner
  readonly ledgerUrl: string
  readonly policy: Policy
  readonly canRevoke: boolean
}

function metadataRoutes(app: Hono, deps: MetadataDeps): void {
  const { statements } = deps
  const document = metadataOf(deps)
  for (const path of wellKnown('oauth-authorization-server', statements.issuer))
    app.get(path, (c) => c.json(document))
  app.get('/jwks', (c) => c.json({ keys: [statements.jwk] }))
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
