/**
 * A process whose memory is a dense heap of many kinds of data, that holds an RSA key and AES schedules: for
 * `scan_peers.bench.ts`, which takes its core.
 * Usage: node dense_victim.ts MEGABYTES. Prints `ready` and then waits to be ended.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto'
import { deflateSync } from 'node:zlib'

const MIB = 1 << 20
const megabytes = Number(process.argv[2] ?? 64)

/** What a server keeps: answers it parsed, rows, names. */
function records(seed: number): unknown {
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    id: seed * 2000 + i,
    name: `customer ${(i * 7919 + seed) % 10_007} of ${seed}`,
    mail: `user.${i}.${seed}@example.org`,
    tags: ['open', 'paid', 'late', 'new'].slice(i % 4),
    amount: ((i * 104_729 + seed) % 100_000) / 100,
    at: new Date(1_700_000_000_000 + i * 60_000).toISOString(),
  }))
  return JSON.parse(JSON.stringify(rows))
}

/** Text in bytes: logs and pages as they came over the network. */
function log(seed: number): Buffer {
  const lines = Array.from(
    { length: 8000 },
    (_, i) =>
      `2026-11-${String(1 + (i % 28)).padStart(2, '0')}T10:${i % 60}:00Z GET /api/v1/items/${(i * 31 + seed) % 9973} 200 ${i % 977} "Mozilla/5.0 (X11; Linux x86_64)"\n`,
  )
  return Buffer.from(lines.join(''))
}

/** Numbers: counters and measurements. */
function numbers(seed: number): Float64Array {
  return Float64Array.from({ length: 65_536 }, (_, i) => Math.sin(i * 0.001 + seed) * 1000)
}

/** What looks random: pictures, compressed answers. */
function packed(seed: number): Buffer {
  return deflateSync(Buffer.concat([log(seed), randomBytes(512 << 10)]), { level: 1 })
}

const kept: unknown[] = []
for (let seed = 0; process.memoryUsage().rss < megabytes * MIB; seed++) {
  kept.push(records(seed), log(seed), numbers(seed), packed(seed))
  kept.push(`ключ ${seed} `.repeat(20_000).concat(String(seed)))
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const der = privateKey.export({ type: 'pkcs1', format: 'der' })
const key = createPrivateKey({ key: der, type: 'pkcs1', format: 'der' })
for (let i = 0; i < 20; i++) sign('sha256', Buffer.from(`message ${i}`), key)
const secret = (name: string, length: number): Buffer =>
  createHash('sha256').update(randomBytes(32)).update(name).digest().subarray(0, length)
const ciphers = [
  createCipheriv('aes-256-gcm', secret('a', 32), randomBytes(12)),
  createCipheriv('aes-192-ctr', secret('b', 24), randomBytes(16)),
  createCipheriv('aes-128-cbc', secret('c', 16), randomBytes(16)),
  createDecipheriv('aes-128-cbc', secret('d', 16), randomBytes(16)),
]
for (const cipher of ciphers) cipher.update(Buffer.alloc(64))
Object.assign(globalThis, { kept, der, key, ciphers })
process.stdout.write('ready\n')
setInterval(() => kept.length, 60_000)
