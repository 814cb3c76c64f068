import { createPublicKey } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { missingServers, startDovecot } from '@mintmark/tests-e2e/guard-servers'
import { imapTarget } from '@mintmark/trust'
import { boundKeys, type Place, type Specimen, type Way } from '../specimen.ts'
import { debian } from '../versions.ts'

/** Source: Dovecot's documentation of local validation: a file for each key, by azp, algorithm and kid. */
async function writeKeys(folder: string, place: Place, way: Way): Promise<void> {
  const home = path.join(folder, 'default', 'ES256')
  mkdirSync(home, { recursive: true })
  const keys = (await boundKeys(place, way)).keys.filter(({ alg }) => alg === 'ES256')
  const had = new Set(readdirSync(home))
  for (const jwk of keys.filter(({ kid }) => !had.has(kid))) {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    writeFileSync(path.join(home, jwk.kid), key.export({ format: 'pem', type: 'spki' }))
  }
  for (const name of had) if (!keys.some(({ kid }) => kid === name)) rmSync(path.join(home, name))
}

const settings = (keys: string, { issuer, audience }: Place, { fault }: Way) => `
auth_mechanisms = oauthbearer xoauth2
oauth2 {
  introspection_mode = local
  username_attribute = sub
  ${fault === 'issuer' ? '' : `issuers = ${issuer}`}
  ${fault === 'audience' ? '' : `client_id = ${audience}\n  client_secret = unused`}
  oauth2_local_validation {
    dict fs {
      fs posix {
        prefix = ${keys}/
      }
    }
  }
}
service imap-login {
  restart_request_count = unlimited
}`

/** Between two looks at the key set: a job that keeps the files as the set is. */
const SYNC_MS = 200

const dovecot = (mechanism: 'oauthbearer' | 'xoauth2'): Specimen['open'] => {
  return async (place, way) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-dovecot-'))
    chmodSync(folder, 0o755)
    const keys = path.join(folder, 'keys')
    await writeKeys(keys, place, way)
    const sync = setInterval(() => void writeKeys(keys, place, way).catch(() => undefined), SYNC_MS)
    const server = await startDovecot(
      path.join(folder, 'server'),
      settings(keys, place, way),
    ).catch((error: unknown) => {
      clearInterval(sync)
      throw error
    })
    const url = new URL(`imap://127.0.0.1:${server.port}`)
    return {
      target: imapTarget({ url, mechanism, user: 'mintmark-probe' }),
      close: async () => {
        clearInterval(sync)
        await server.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
}

const versions = () => (missingServers() === false ? debian('dovecot-core')() : undefined)

const NO_OPTION = 'no setting of local validation'
const LEFT =
  'iss-twice aud-twice exp-twice typ-missing typ-jwt typ-logout alg-lower-case b64-false ' +
  'crit-unknown crit-empty crit-text crit-standard-name crit-absent'
const LEAVES = Object.fromEntries(LEFT.split(' ').map((id) => [id, NO_OPTION]))

export const dovecotOauthbearer: Specimen = {
  name: 'Dovecot OAUTHBEARER, local keys',
  versions,
  boundBy: 'key files of the bound keys alone',
  leaves: LEAVES,
  open: dovecot('oauthbearer'),
  faults: ['kid', 'retired', 'issuer', 'audience'],
  caches: [
    {
      setting: 'no setting, until a restart',
      way: {},
      reachableS: Number.POSITIVE_INFINITY,
      unreachableS: Number.POSITIVE_INFINITY,
    },
  ],
}

export const dovecotXoauth2: Specimen = {
  ...dovecotOauthbearer,
  name: 'Dovecot XOAUTH2, local keys',
  open: dovecot('xoauth2'),
  faults: ['kid'],
  caches: [],
}
