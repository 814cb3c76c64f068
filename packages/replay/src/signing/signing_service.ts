/** A signing service that crashes in a race: a request signs while its key is taken out. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Tokens that are signed before the crash: enough for the library to have made all that it keeps beside a key. */
const TOKENS = 64

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

class TrustedKeys {
  readonly #keys = new Map<string, KeyObject>()
  readonly #retired = new Set<KeyObject>()

  add(kid: string, key: KeyObject): void {
    this.#keys.set(kid, key)
  }

  retire(kid: string): void {
    const key = this.#keys.get(kid)
    if (key !== undefined) this.#retired.add(key)
    this.#keys.delete(kid)
  }

  sign(kid: string, claims: object): string {
    const key = this.#keys.get(kid)
    if (key === undefined)
      throw new Error(`the key is not in the ring (${this.#retired.size} retired)`)
    const input = `${encoded({ alg: 'RS256', typ: 'JWT', kid })}.${encoded(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  }
}

process.on('uncaughtException', () => {
  process.kill(process.pid, 'SIGSTOP')
  process.abort()
})

const [kid = '', pem = ''] = readFileSync(0, 'utf8').split('\n\n')
const ring = new TrustedKeys()
ring.add(kid, createPrivateKey(pem))
const recent: string[] = []
const request = (sub: number): void => {
  recent.push(ring.sign(kid, { iss: 'https://login.example.com/', sub: `user-${sub}` }))
  if (recent.length > TOKENS / 4) recent.shift()
}
for (let sub = 0; sub < TOKENS; sub++) request(sub)
// The request was let in while the key was there; by the time it signs, the key is gone.
setImmediate(request, TOKENS)
ring.retire(kid)
