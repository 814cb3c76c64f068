/**
 * Starts programs that hold no private key of anybody's, takes their cores with gcore, scans each, and prints how much
 * data there was and what was found: `node tools/count_false_positives.mjs [GB] [--keep FOLDER]`.
 *
 * Browser, compilers, databases, runtimes; what is not installed is left out, and said. Each process gets some work
 * first, so that its heap is full of what such a program has. As root, since PostgreSQL wants a user of its own.
 * With `--keep`, cores with findings or candidates stay there.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { scanFile } from '../packages/scan/dist/src/index.js'

const args = process.argv.slice(2)
const keepAt = args.indexOf('--keep')
const keep = keepAt < 0 ? undefined : args[keepAt + 1]
const wantedBytes = Number(args.find((each, i) => Number(each) > 0 && i !== keepAt + 1) ?? 2) * 1e9

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

/** Objects, strings and numbers, as a service holds them that caches records. */
const RECORDS = `Array.from({ length: 400000 }, (_, i) => ({ id: i, name: 'user ' + i, mail: 'user' + i + '@example.org', at: new Date(1.6e12 + i * 7919), score: Math.sin(i), tags: ['a' + (i % 17), 'b' + (i % 5)] }))`

const PROGRAMS = [
  {
    name: 'chromium',
    command: 'chromium',
    start() {
      const rows = Array.from({ length: 20_000 }, (_, i) => `<tr><td>${i}<td>row ${i * 7919}<td>${Math.sin(i)}</tr>`)
      const page = file('page.html', `<title>page</title><canvas id=c></canvas><table>${rows.join('')}</table><script>globalThis.kept = ${RECORDS}; const g = c.getContext('2d'); for (let i = 0; i < 500; i++) { g.fillStyle = 'hsl(' + i + ',50%,50%)'; g.fillRect(i, i % 90, 9, 9) }</script>`)
      const switches = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync', 'remote-debugging-port=0', `user-data-dir=${folder}/profile`]
      return start('chromium', [...switches.map((each) => `--${each}`), `file://${page}`])
    },
    seconds: 12,
  },
  {
    name: 'g++ (cc1plus)',
    command: 'g++',
    start() {
      const headers = ['regex', 'map', 'unordered_map', 'algorithm', 'iostream', 'functional', 'variant', 'random', 'thread', 'future']
      const uses = Array.from({ length: 400 }, (_, i) => `int f${i}(const std::string& s) { std::map<std::string, std::vector<int>> m; m[s].push_back(${i}); std::regex r("a+${i}"); return std::regex_search(s, r) + int(m.size()); }`)
      return start('g++', ['-O2', '-c', file('big.cc', `${headers.map((each) => `#include <${each}>`).join('\n')}\n${uses.join('\n')}\n`), '-o', '/dev/null'])
    },
    seconds: 6,
  },
  {
    name: 'rustc',
    command: 'rustc',
    start() {
      const uses = Array.from({ length: 3000 }, (_, i) => `pub fn f${i}(s: &str) -> usize { let mut m = std::collections::HashMap::new(); m.insert(s.to_string(), vec![${i}usize]); m.values().flatten().filter(|x| **x > ${i % 9}).count() + s.matches("x${i}").count() }`)
      return start('rustc', ['--crate-type', 'lib', '-O', '-o', '/dev/null', file('big.rs', uses.join('\n'))])
    },
    seconds: 15,
  },
  {
    name: 'go build',
    command: 'go',
    start: () => start('go', ['build', '-a', 'net/http'], { env: { ...process.env, GO111MODULE: 'off', GOCACHE: `${folder}/go` } }),
    seconds: 8,
  },
  { name: 'java', command: 'java', start: () => start('java', ['-Xmx400m', file('Held.java', `import java.util.*; public class Held { static Map<String, List<Double>> kept = new HashMap<>(); public static void main(String[] a) throws Exception { for (int i = 0; i < 900000; i++) kept.computeIfAbsent("key " + i % 300000, k -> new ArrayList<>()).add(Math.sin(i)); Thread.sleep(600000); } }`)]), seconds: 12 },
  { name: 'node', command: 'node', start: () => start('node', ['-e', `globalThis.kept = ${RECORDS}; setInterval(() => {}, 1e6)`]), seconds: 6 },
  { name: 'python', command: 'python3', start: () => start('python3', ['-c', 'import time, json, decimal, random; kept = [{"id": i, "name": "user %d" % i, "score": random.random(), "big": 7 ** (i % 400)} for i in range(300000)]; text = json.dumps(kept[:50000]); time.sleep(600)']), seconds: 8 },
  {
    name: 'postgres',
    command: 'runuser',
    isHere: () => postgres() !== undefined,
    start() {
      const bin = postgres()
      const data = path.join(folder, 'postgres')
      mkdirSync(data)
      execFileSync('chown', ['postgres', data])
      const as = (command, arguments_) => execFileSync('runuser', ['-u', 'postgres', '--', path.join(bin, command), ...arguments_], { cwd: data, stdio: 'ignore' })
      as('initdb', ['-D', data, '-A', 'trust'])
      const child = start('runuser', ['-u', 'postgres', '--', path.join(bin, 'postgres'), '-D', data, '-k', data, '-c', 'listen_addresses=', '-c', 'shared_buffers=256MB'])
      const sql = "create table t as select g as id, md5(g::text) as hash, random() as score, repeat('x', (g % 90)::int) as text from generate_series(1, 1000000) g; create index on t (hash); select count(*) from t a join t b using (hash); select pg_sleep(300)"
      setTimeout(() => start('runuser', ['-u', 'postgres', '--', path.join(bin, 'psql'), '-h', data, '-c', sql]), 2000)
      return child
    },
    seconds: 25,
  },
  {
    name: 'redis',
    command: 'redis-server',
    start() {
      const child = start('redis-server', ['--port', '0', '--unixsocket', `${folder}/redis`, '--save', ''])
      setTimeout(() => start('redis-cli', ['-s', `${folder}/redis`, 'eval', "for i = 1, 600000 do redis.call('set', 'key' .. i, string.rep('value ' .. i, 8)) end return redis.sha1hex('x')", '0']), 1000)
      return child
    },
    seconds: 8,
  },
  { name: 'gdb', command: 'gdb', start: () => start('gdb', ['-nx', '-q', process.execPath, '-ex', 'info functions ^uv_'], { stdio: ['pipe', 'ignore', 'ignore'] }), seconds: 8 },
]

function postgres() {
  const versions = '/usr/lib/postgresql'
  try {
    const [version] = readdirSync(versions).sort().reverse()
    return version === undefined ? undefined : path.join(versions, version, 'bin')
  } catch {
    return undefined
  }
}

/** Takes the core of one process and scans it; undefined where it has ended. */
async function scanned(pid) {
  const made = spawnSync('gcore', ['-o', path.join(folder, 'core'), String(pid)], { timeout: 300_000, stdio: 'ignore' })
  const core = path.join(folder, `core.${pid}`)
  if (made.status !== 0) return undefined
  const startMs = performance.now()
  const report = await scanFile(core)
  const seconds = (performance.now() - startMs) / 1000
  if (keep !== undefined && report.findings.some(({ note }) => note === undefined)) {
    mkdirSync(keep, { recursive: true })
    execFileSync('cp', ['--sparse=always', core, path.join(keep, path.basename(core))])
  }
  rmSync(core, { force: true })
  return { report, seconds }
}

const total = { bytes: 0, seconds: 0, processes: 0, findings: new Map(), candidates: new Map() }
const count = (map, name) => map.set(name, (map.get(name) ?? 0) + 1)

async function take(program) {
  const child = program.start()
  await sleep(program.seconds * 1000)
  for (const pid of family(child.pid)) {
    const result = await scanned(pid)
    if (result === undefined) continue
    const { report, seconds } = result
    total.bytes += report.scannedBytes
    total.seconds += seconds
    total.processes++
    for (const each of report.findings) count(total.findings, each.note ?? 'without a note')
    for (const each of report.candidates) count(total.candidates, each.form)
    const own = report.findings.filter(({ note }) => note === undefined)
    const megabytes = (report.scannedBytes / 1e6).toFixed(0)
    console.log(`${program.name} ${pid}: ${megabytes} MB in ${seconds.toFixed(1)} s, ${report.findings.length} findings (${own.length} without a note), ${report.candidates.length} candidates`)
    for (const { form, kind, bits, address, owner, proof, keyId } of own)
      console.log(`  ${kind} ${bits} ${form} at ${address}, ${owner?.name ?? 'memory of no file'}: ${proof} ${keyId?.spkiSha256 ?? ''}`)
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
  const isHere = has(program.command) && (program.isHere?.() ?? true)
  if (!isHere) console.log(`left out, not installed: ${program.name}`)
  return isHere
})
for (let round = 0; total.bytes < wantedBytes && usable.length > 0 && round < 20; round++)
  for (const program of usable) if (total.bytes < wantedBytes || round === 0) await take(program)

const told = (map) => [...map].map(([name, times]) => `${times} × ${name}`).join(', ') || 'none'
console.log(`\n${(total.bytes / 1e9).toFixed(2)} GB of data of ${total.processes} processes, ${total.seconds.toFixed(0)} s of scanning`)
console.log(`findings: ${told(total.findings)}`)
console.log(`candidates: ${told(total.candidates)}`)
process.exitCode = total.findings.has('without a note') ? 1 : 0
