/** Keys as ssh-keygen writes them. */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDER, ran } from '../process/victim_process.ts'
import { ed25519Truth, p256Truth } from './curve_truth.ts'
import { rsaTruthOf, type Truth } from './rsa_truth.ts'

/** Of a file that ssh-keygen wrote: node:crypto does not read these. */
export function sshEd25519(file: string): Truth {
  const blob = Buffer.from(
    readFileSync(file, 'latin1').replaceAll(/-----.*-----|\s/g, ''),
    'base64',
  )
  // …, string (32 bytes) public key, string (64 bytes) seed and public key.
  const at = blob.lastIndexOf(Buffer.from([0, 0, 0, 0x40]))
  const header = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([header, blob.subarray(at + 4, at + 36)])
  return ed25519Truth(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

/** A fresh key of a server: its file, and what must be found of it. */
export function hostKey(type: 'rsa' | 'ecdsa' | 'ed25519'): { file: string; truth: Truth } {
  const file = join(FOLDER, `host-${type}`)
  ran('ssh-keygen', ['-q', '-t', type, '-m', 'PEM', '-N', '', '-f', file])
  if (type === 'ed25519') return { file, truth: sshEd25519(file) }
  const key = createPrivateKey(readFileSync(file))
  return { file, truth: type === 'rsa' ? rsaTruthOf(key) : p256Truth(key) }
}
