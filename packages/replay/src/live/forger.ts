/* oxlint-disable no-await-in-loop -- one mailbox after the other */
/** Who has the provider's real private key, and nothing else of the provider's. */
import { type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'
import { readJti } from '@mintmark/core'
import { type ReadMessage, readInbox } from './mail_client.ts'
import type { Mailbox } from './people.ts'
import { AUDIENCE } from './provider.ts'

type ForgedClass = 'forged' | 'reused-id'

export interface Forgery {
  readonly class: ForgedClass
  readonly mailbox: string
  readonly tokenId: string
  readonly isRefused: boolean
  /** When he came and went: milliseconds since 1970-01-01 UTC. */
  readonly fromMs: number
  readonly toMs: number
  readonly messages: readonly ReadMessage[]
}

interface Forger {
  readonly key: { readonly kid: string; readonly privateKey: KeyObject }
  readonly issuer: string
  readonly port: number
  readonly now: () => number
}

interface Target {
  readonly class: ForgedClass
  readonly mailbox: Mailbox
  readonly jti: string
}

export function targetsOf(mailboxes: readonly Mailbox[], reused: readonly string[]): Target[] {
  const own = mailboxes.length - reused.length
  return mailboxes.map((mailbox, index) => {
    const jti = reused[index - own]
    return jti === undefined
      ? { class: 'forged', mailbox, jti: randomUUID() }
      : { class: 'reused-id', mailbox, jti }
  })
}

export async function readMailOf(forger: Forger, targets: readonly Target[]): Promise<Forgery[]> {
  const done: Forgery[] = []
  for (const { class: kind, mailbox, jti } of targets) {
    const token = forge(forger, mailbox, jti)
    const fromMs = forger.now()
    const account = { port: forger.port, user: mailbox.user, token }
    const read = await readInbox(account, Number.POSITIVE_INFINITY)
    done.push({
      class: kind,
      mailbox: mailbox.user,
      tokenId: readJti(jti).tokenId,
      isRefused: read === undefined,
      fromMs,
      toMs: forger.now(),
      messages: read ?? [],
    })
  }
  return done
}

const HALF_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n / 2n
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As the provider would have made it, down to the spelling of the signature; only that nobody recorded it. */
function forge({ key, issuer, now }: Forger, { user, clientId }: Mailbox, jti: string): string {
  const iat = Math.floor(now() / 1000)
  const input = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })}.${encoded({
    mintmark_salt: randomBytes(16).toString('base64url'),
    email: user,
    jti,
    sub: clientId,
    iat,
    exp: iat + 600,
    scope: 'imap',
    client_id: clientId,
    iss: issuer,
    aud: AUDIENCE,
  })}`
  for (;;) {
    const signature = sign('sha256', Buffer.from(input), {
      key: key.privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
    if (s <= HALF_ORDER) return `${input}.${signature.toString('base64url')}`
  }
}
