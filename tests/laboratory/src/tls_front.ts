/** A key set over https, with a certificate of its own. */
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import { certificateOf } from '@mintmark/replay/certificate'
import { closed, portOf } from './servers.ts'

interface TlsFront {
  readonly url: string
  /** PEM. */
  readonly certificate: string
  readonly close: () => Promise<void>
}

const HOUR_MS = 3_600_000

/** Answers as the key set at an address does, and with 502 while that cannot be reached. */
export async function tlsFront(jwksUri: string): Promise<TlsFront> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [fromMs, toMs] = [Date.now() - HOUR_MS, Date.now() + HOUR_MS]
  const serial = Buffer.from([1, ...randomBytes(4)])
  const der = certificateOf(privateKey, { commonName: 'localhost', serial, fromMs, toMs })
  const certificate = new X509Certificate(der).toString()
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' })
  const server = createServer({ key, cert: certificate }, (_request, response) => {
    fetch(jwksUri)
      .then((answer) => answer.text())
      .then((keys) => response.setHeader('content-type', 'application/json').end(keys))
      .catch(() => response.writeHead(502).end())
  })
  const url = `https://localhost:${await portOf(server)}/keys`
  return { url, certificate, close: () => closed(server) }
}
