/**
 * A mail server that takes tokens for a login: IMAP with OAUTHBEARER or XOAUTH2.
 *
 * Each token has a connection of its own. A failed login is answered by `+` with its reason, which the client has to confirm.
 *
 * Source: RFC 9051; RFC 4959 (initial response); RFC 7628, section 3. XOAUTH2 is Google's, "Initial client response".
 *
 * @module
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { connect as connectTls } from 'node:tls'
import { type Answer, PATIENCE_MS, type Target } from './target.ts'

export interface ImapOptions {
  /** `imap:` or `imaps:`. */
  readonly url: URL
  readonly mechanism: 'oauthbearer' | 'xoauth2'
  readonly user: string
}

export function imapTarget(options: ImapOptions): Target {
  const { url } = options
  return {
    name: `${url.protocol}//${url.host}`,
    takes: 'jwt',
    ask: (token) => login(options, token),
  }
}

function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'imaps:' ? 993 : 143
}

function initialResponse({ url, mechanism, user }: ImapOptions, token: string): string {
  const bearer = `auth=Bearer ${token}\u0001\u0001`
  const text =
    mechanism === 'xoauth2'
      ? `user=${user}\u0001${bearer}`
      : `n,a=${user},\u0001host=${url.hostname}\u0001port=${portOf(url)}\u0001${bearer}`
  return Buffer.from(text).toString('base64')
}

async function login(options: ImapOptions, token: string): Promise<Answer> {
  const { url, mechanism } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: portOf(url) }
  const socket =
    url.protocol === 'imaps:' ? connectTls({ ...address, servername: host }) : connect(address)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('timeout')))
  try {
    for await (const line of createInterface({ input: socket })) {
      if (line.startsWith('* BYE')) return { said: 'unclear', seen: 'BYE' }
      if (/^\* (?:OK|PREAUTH)/.test(line) && socket.bytesWritten === 0)
        socket.write(
          `a1 AUTHENTICATE ${mechanism.toUpperCase()} ${initialResponse(options, token)}\r\n`,
        )
      // The reason of a failure; RFC 7628 wants it confirmed with a single %x01.
      else if (line.startsWith('+')) socket.write('AQ==\r\n')
      else if (line.startsWith('a1 ')) return answerOf(line)
    }
    return { said: 'unclear', seen: 'the connection ended' }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed'
    return { said: 'unclear', seen: `no answer (${code})` }
  } finally {
    socket.destroy()
  }
}

/** BAD is a syntax that the server does not take: for a forged token as good as NO, for the genuine one a failed control. */
function answerOf(line: string): Answer {
  const [, word = ''] = /^a1 (OK|NO|BAD)\b/.exec(line) ?? []
  const seen = `IMAP ${word}`
  if (word === 'OK') return { said: 'accepted', seen }
  return { said: word === '' ? 'unclear' : 'refused', seen }
}
