/**
 * Applications that call Graph for themselves: some are in the sign-in log, the provider's own are not.
 * Source: entra-docs, concept-interactive-sign-ins (first-party app-only sign-ins are excluded from the logs).
 */
import { genuineTokenId, guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { HOUR, MINUTE } from '../world/times.ts'
import { call } from './accesses.ts'
import { addressIn, GRAPH, type Person, type Tenant } from './people.ts'
import type { Recorder } from './recorder.ts'
import { appSignIn, type Token } from './tokens.ts'

/** Calls of the tenant's own backup, whose sign-ins are logged, and of the provider's search service, whose are not. */
export function serviceCalls(
  random: Random,
  recorder: Recorder,
  tenant: Tenant,
  fromMs: number,
  toMs: number,
): void {
  const own = { id: guid(random), name: 'Nightly Backup', principalId: guid(random) }
  const search = {
    id: '66a88757-258c-4c72-893c-3e8bed4d6899',
    name: 'Office 365 Search Service',
    principalId: guid(random),
  }
  for (const [app, isLogged] of [
    [own, true],
    [search, false],
  ] as const) {
    const ip = addressIn(random, isLogged ? '20.50' : '40.126')
    for (let at = fromMs - 24 * HOUR; at < toMs; at += random.between(50, 240) * MINUTE) {
      const token: Token = {
        id: genuineTokenId(random),
        issuedMs: at,
        expiresMs: at + HOUR,
        session: guid(random),
        ip,
      }
      if (isLogged) recorder.signIns['service-principal'].push(appSignIn(app, tenant, GRAPH, token))
      for (let calls = random.between(1, 4); calls > 0; calls--)
        callOf(random, recorder, tenant, app, token)
    }
  }
}

function callOf(
  random: Random,
  recorder: Recorder,
  tenant: Tenant,
  app: { readonly id: string; readonly name: string; readonly principalId: string },
  token: Token,
): void {
  const atMs = token.issuedMs + random.between(1000, 20 * MINUTE)
  const id = recorder.id()
  recorder.graph.push(
    call(
      {
        id,
        atMs,
        person: nobody(tenant, app.name),
        resource: tenant,
        client: {
          kind: 'calls',
          app,
          resource: GRAPH,
          text: app.name,
          agent: 'python-requests/2.32',
          life: [60, 61],
          newSessions: 0,
        },
        ip: token.ip,
        shown: {
          uti: token.id.uti,
          session: undefined,
          issuedMs: Math.floor(token.issuedMs / 1000) * 1000,
          oid: app.principalId,
          tenant: tenant.id,
          app: app.id,
        },
        isApp: true,
      },
      'users/delta',
    ),
  )
  recorder.truth.set(id, {
    id,
    atMs,
    forged: '',
    isDeterminable: true,
    principal: app.name,
    mailbox: '',
    ip: token.ip,
    app: app.name,
    client: 'app only',
    messages: [],
  })
}

const nobody = (tenant: Tenant, name: string): Person => ({
  name,
  upn: '',
  oid: '',
  guestOid: '',
  puid: '',
  sid: '',
  tenant,
  mailbox: '',
  home: '',
  deviceId: '',
  folders: [],
})
