/** TLS servers before and after a client: what a signature leaves. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { connect } from 'node:tls'
import { FOLDER, freePort, ran, startVictim } from './process/victim_process.ts'
import { freshRsa, pemFile } from './truth/key_files.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'
import { BESIDE, type Started, testVictim } from './victim_test.ts'

const VALUES = ['d le', 'p le', 'q le', 'dP le', 'dQ le', 'qInv le']
const REMAINDERS = ['R2 mod p le', 'R2 mod q le']

/** A key with a self-signed certificate, as files. */
function keyWithCertificate(name: string): {
  key: KeyObject
  keyFile: string
  certificateFile: string
} {
  const key = freshRsa()
  const keyFile = pemFile(name, key)
  const certificateFile = join(FOLDER, `${name}.crt`)
  const subject = ['-subj', '/CN=localhost', '-days', '30']
  ran('openssl', ['req', '-x509', '-new', '-key', keyFile, ...subject, '-out', certificateFile])
  return { key, keyFile, certificateFile }
}

/** A whole TLS handshake, for which the server must sign. */
function handshake(port: number, certificateFile: string): Promise<void> {
  const ca = readFileSync(certificateFile)
  const { fingerprint256 } = new X509Certificate(ca)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
      const isServer = socket.getPeerCertificate().fingerprint256 === fingerprint256
      socket.destroy()
      if (isServer) resolve()
      else reject(new Error('another server answered'))
    })
    socket.on('error', reject)
  })
}

async function startServer(kind: 'openssl' | 'gnutls', hasClient: boolean): Promise<Started> {
  const { key, keyFile, certificateFile } = keyWithCertificate(`${kind}-${hasClient}`)
  const port = await freePort()
  const files =
    kind === 'openssl'
      ? ['s_server', '-accept', `${port}`, '-key', keyFile, '-cert', certificateFile]
      : ['--x509keyfile', keyFile, '--x509certfile', certificateFile, '--http', '-p', `${port}`]
  const victim =
    kind === 'openssl'
      ? await startVictim('openssl', files, /ACCEPT/)
      : await startVictim('gnutls-serv', files, /listening on .*done/s)
  if (hasClient) await handshake(port, certificateFile)
  return { victim, truths: [rsaTruthOf(key)] }
}

describe('TLS servers', { concurrency: BESIDE }, () => {
  testVictim({
    name: 'openssl s_server before its first client',
    needs: ['openssl'],
    encodings: VALUES,
    isHarvestable: true,
    isScrubbed: false,
    start: () => startServer('openssl', false),
  })

  testVictim({
    name: 'openssl s_server after a handshake',
    needs: ['openssl'],
    encodings: [...VALUES, ...REMAINDERS],
    isHarvestable: true,
    start: () => startServer('openssl', true),
  })

  testVictim({
    name: 'gnutls-serv before its first client',
    needs: ['gnutls-serv', 'openssl'],
    encodings: [...VALUES, 'p be', 'd be'],
    isHarvestable: true,
    isScrubbed: false,
    start: () => startServer('gnutls', false),
  })

  testVictim({
    name: 'gnutls-serv after a handshake',
    needs: ['gnutls-serv', 'openssl'],
    encodings: [...VALUES, 'p be', 'd be'],
    isHarvestable: true,
    start: () => startServer('gnutls', true),
  })
})
