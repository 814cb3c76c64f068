/**
 * Starts programs that hold no private key of anybody's, takes their cores with gcore, scans each, and prints how much
 * data there was and what was found: `node tools/count_false_positives.mjs [GB] [--keep FOLDER] [--only NAMES]`.
 * What is not installed of `keyless_programs.mjs` is left out, and said. Each process gets some work first, so that its
 * heap is full of what such a program has. As root, since PostgreSQL wants a user of its own. With `--keep`, cores with
 * findings or unverified keys stay there; with `--only NAME,NAME` only these programs are started. With `--every-way` each
 * core is scanned again with a fresh RSA key, with a fresh key on P-256, and with `--deep`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parsePublicKeys } from '../packages/keys/src/index.ts'
import { scanFile } from '../packages/scan/src/index.ts'
import { keylessPrograms } from './keyless_programs.mjs'

const args = process.argv.slice(2)
const valueOf = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
const keep = valueOf('--keep')
const only = valueOf('--only')?.split(',')
const wantedBytes = Number(args.find((each, i) => Number(each) > 0 && !args[i - 1]?.startsWith('--')) ?? 2) * 1e9

/** Of keys that are in no core: their private halves are gone once they are made. */
function freshKey(kind, options) {
  const { publicKey } = generateKeyPairSync(kind, options)
  return parsePublicKeys(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })), 'fresh key').keys
}

const WAYS = [
  { way: 'without a key', options: {} },
  ...(args.includes('--every-way')
    ? [
        { way: 'with a fresh RSA key', options: { publicKeys: freshKey('rsa', { modulusLength: 2048 }) } },
        { way: 'with a fresh P-256 key', options: { publicKeys: freshKey('ec', { namedCurve: 'P-256' }) } },
        { way: 'deep', options: { deep: true } },
      ]
    : []),
]

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-keyless-'))
chmodSync(folder, 0o755)
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function start(command, arguments_, options = {}) {
  const child = spawn(command, arguments_, { cwd: folder, stdio: 'ignore', ...options })
  running.add(child)
  child.on('error', () => {})
  return child
}

const has = (command) => spawnSync('which', [command]).status === 0

/** Processes below this one, itself included. */
function family(pid) {
  const parents = new Map()
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has ended meanwhile.
    }
  }
  const all = new Set([pid])
  for (let size = 0; size !== all.size; ) {
    size = all.size
    for (const [child, parent] of parents) if (all.has(parent)) all.add(child)
  }
  return [...all]
}

const file = (name, text) => {
  const place = path.join(folder, name)
  writeFileSync(place, text)
  return place
}

const PROGRAMS = keylessPrograms({ folder, file, start })

/** Takes the core of one process and scans it in each way; undefined where it has ended. */
async function scanned(pid) {
  const made = spawnSync('gcore', ['-o', path.join(folder, 'core'), String(pid)], { timeout: 300_000, stdio: 'ignore' })
  const core = path.join(folder, `core.${pid}`)
  if (made.status !== 0) return undefined
  const all = []
  for (const { way, options } of WAYS) {
    const startMs = performance.now()
    const report = await scanFile(core, options)
    all.push({ way, report, seconds: (performance.now() - startMs) / 1000 })
  }
  const isOfInterest = ({ report }) => [...report.findings, ...report.unverified].some(({ note }) => note === undefined)
  if (keep !== undefined && all.some(isOfInterest)) {
    mkdirSync(keep, { recursive: true })
    execFileSync('cp', ['--sparse=always', core, path.join(keep, path.basename(core))])
  }
  rmSync(core, { force: true })
  return all
}

const total = {
  bytes: 0,
  processes: 0,
  ways: new Map(WAYS.map(({ way }) => [way, { seconds: 0, findings: new Map(), unverified: new Map() }])),
}
const count = (map, name) => map.set(name, (map.get(name) ?? 0) + 1)

/** Counts one scan of a process, and prints what in it has no note. */
function tell(name, { way, report, seconds }) {
  const sums = total.ways.get(way)
  sums.seconds += seconds
  for (const each of report.findings) count(sums.findings, each.note ?? 'without a note')
  for (const each of report.unverified) count(sums.unverified, each.encoding)
  const own = report.findings.filter(({ note }) => note === undefined)
  for (const { encoding, kind, bits, address, owner, verification } of report.unverified)
    console.log(`  candidate ${kind} ${bits} ${encoding} at ${address}, ${owner?.name ?? 'memory of no file'}: ${verification}`)
  const megabytes = (report.scannedBytes / 1e6).toFixed(0)
  console.log(`${name}, ${way}: ${megabytes} MB in ${seconds.toFixed(1)} s, ${report.findings.length} findings (${own.length} without a note), ${report.unverified.length} candidates`)
  for (const { encoding, kind, bits, address, owner, verification, keyId } of own)
    console.log(`  ${kind} ${bits} ${encoding} at ${address}, ${owner?.name ?? 'memory of no file'}: ${verification} ${keyId?.spkiSha256 ?? ''}`)
}

async function take(program) {
  const child = program.start()
  await sleep(program.seconds * 1000)
  for (const pid of family(child.pid)) {
    const all = await scanned(pid)
    if (all === undefined) continue
    total.bytes += all[0].report.scannedBytes
    total.processes++
    for (const each of all) tell(`${program.name} ${pid}`, each)
  }
  for (const pid of family(child.pid).reverse()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
  running.delete(child)
}

const usable = PROGRAMS.filter((program) => {
  if (only !== undefined && !only.includes(program.name)) return false
  const isHere = has(program.command) && (program.isHere?.() ?? true)
  if (!isHere) console.log(`left out, not installed: ${program.name}`)
  return isHere
})
for (let round = 0; total.bytes < wantedBytes && usable.length > 0 && round < 20; round++)
  for (const program of usable) if (total.bytes < wantedBytes || round === 0) await take(program)

const told = (map) => [...map].map(([name, times]) => `${times} × ${name}`).join(', ') || 'none'
console.log(`\n${(total.bytes / 1e9).toFixed(2)} GB of data of ${total.processes} processes`)
for (const [way, { seconds, findings, unverified }] of total.ways)
  console.log(`${way}: ${seconds.toFixed(0)} s of scanning; findings: ${told(findings)}; unverified: ${told(unverified)}`)
process.exitCode = [...total.ways.values()].some(({ findings }) => findings.has('without a note')) ? 1 : 0
