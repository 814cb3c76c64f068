/**
 * How many cores of ordinary processes does the gate refuse to write, when it is given keys that are not in them?
 * Starts programs, takes their cores with gcore, hands them to `gate watch` with a fresh RSA, a fresh P-256 and a fresh
 * Ed25519 public key, and counts what was written: `node tools/count_dropped_cores.mjs [ROUNDS] [--only NAME,NAME]`.
 * Each round takes one core of each program, with data of its own. What is not installed is left out and named.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const args = process.argv.slice(2)
const only = args.includes('--only') ? args[args.indexOf('--only') + 1].split(',') : undefined
const rounds = Number(args.find((each) => Number(each) > 0) ?? 1)
const CLI = path.join(import.meta.dirname, '../packages/cli/bin/mintmark.mjs')

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-dropped-'))
chmodSync(folder, 0o755)
const inFolder = (name) => path.join(folder, name)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const name of ['dumps', 'spool']) mkdirSync(inFolder(name), { mode: 0o700 })

const written = (name, text) => {
  writeFileSync(inFolder(name), text)
  return inFolder(name)
}

/** Private halves are gone once the keys are made. */
const publicKeys = [
  ['rsa', { modulusLength: 2048 }],
  ['ec', { namedCurve: 'P-256' }],
  ['ed25519', {}],
].map(([kind, options]) => {
  const { publicKey } = generateKeyPairSync(kind, options)
  return written(`${kind}.pem`, publicKey.export({ type: 'spki', format: 'pem' }))
})

/** A server's own key and certificate: what it holds is no given key. */
function certificate(name) {
  const [key, chain] = [inFolder(`${name}.key`), inFolder(`${name}.crt`)]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-days', '9', '-keyout', key, '-out', chain], { stdio: 'ignore' })
  return { key, chain }
}

const JS = (n) => `const c = require('crypto'); globalThis.kept = Array.from({ length: ${n} }, (_, i) => ({ id: i, name: 'user ' + i, score: Math.random(), hash: c.createHash('sha256').update('' + Math.random()).digest() })); const { privateKey } = c.generateKeyPairSync('ec', { namedCurve: 'P-256' }); globalThis.signed = c.sign('sha256', Buffer.from('x'), privateKey); setInterval(() => {}, 1e6)`
const PYTHON = (n) => `import time, json, random, decimal, hashlib, ssl; kept = [{"id": i, "name": f"user {i}", "score": random.random(), "hash": hashlib.sha256(str(random.random()).encode()).digest()} for i in range(${n})]; text = json.dumps([k["name"] for k in kept]); big = random.getrandbits(4096) ** 3; context = ssl.create_default_context(); time.sleep(1e6)`
const JAVA = `import java.util.*; import java.security.*; public class Held { static Object kept; public static void main(String[] a) throws Exception { Random r = new Random(); Map<String, Object> m = new HashMap<>(); for (int i = 0; i < Integer.parseInt(a[0]); i++) { byte[] b = new byte[32]; r.nextBytes(b); m.put("user" + i, new Object[] { i, r.nextDouble(), b, "mail" + i + "@example.org" }); } KeyPairGenerator g = KeyPairGenerator.getInstance("EC"); g.initialize(256); kept = new Object[] { m, g.generateKeyPair() }; Thread.sleep(1000000000L); } }`
const GO = `package main
import ("crypto/ecdsa"; "crypto/elliptic"; "crypto/rand"; "crypto/sha256"; "fmt"; "net"; "net/http"; "os"; "strconv")
var kept = map[string][]byte{}
var own *ecdsa.PrivateKey
func main() {
  n, _ := strconv.Atoi(os.Args[1])
  for i := 0; i < n; i++ { b := make([]byte, 32); rand.Read(b); h := sha256.Sum256(b); kept[fmt.Sprint("user", i)] = append(b, h[:]...) }
  own, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
  l, err := net.Listen("tcp", "127.0.0.1:0"); if err != nil { panic(err) }
  http.Serve(l, nil)
}`

const some = () => String(5_000 + Math.floor(Math.random() * 40_000))
const of = (name, command, args, prepare) => ({ name, command, args, prepare })
const PROGRAMS = [
  of('node', 'node', () => ['-e', JS(some())]),
  of('python', 'python3', () => ['-c', PYTHON(some())]),
  of('java', 'java', () => ['-Xmx64m', '-cp', folder, 'Held', some()], () => execFileSync('javac', ['-d', folder, written('Held.java', JAVA)])),
  of('go', inFolder('held'), () => [some()], () => execFileSync('go', ['build', '-o', inFolder('held'), written('held.go', GO)], { cwd: folder, env: { ...process.env, GOCACHE: inFolder('go-cache'), GOFLAGS: '-mod=mod' } })),
  of('perl', 'perl', () => ['-e', `my @k = map { { id => $_, name => "user $_", score => rand } } 1 .. ${some()}; sleep 1e6`]),
  of('ruby', 'ruby', () => ['-ropenssl', '-e', `k = (0...${some()}).map { |i| { id: i, name: "user #{i}", score: rand, r: Random.bytes(32) } }; sleep`]),
  of('php', 'php', () => ['-r', `$k = []; for ($i = 0; $i < ${some()}; $i++) $k[] = ['id' => $i, 'name' => "user $i", 'r' => random_bytes(32)]; sleep(1000000);`]),
  of('lua', 'lua5.4', () => ['-e', `k = {} for i = 1, ${some()} do k[i] = { id = i, name = "user " .. i, r = math.random() } end io.read()`]),
  of('erlang', 'erl', () => ['-noinput', '-eval', `application:ensure_all_started(ssl), persistent_term:put(k, [{I, crypto:strong_rand_bytes(32)} || I <- lists:seq(1, ${some()})]).`]),
  of('tcl', 'tclsh', () => [written(`k.${some()}.tcl`, `for {set i 0} {$i < ${some()}} {incr i} { set k($i) [list $i [expr rand()]] }\nvwait forever\n`)]),
  of('guile', 'guile', () => ['--no-auto-compile', '-c', `(define k (map (lambda (i) (cons i (random 1.0))) (iota ${some()}))) (sleep 1000000)`]),
  of('sbcl', 'sbcl', () => ['--noinform', '--eval', `(defvar *k* (loop for i below ${some()} collect (cons i (random (expt 2 256)))))`, '--eval', '(sleep 1000000)']),
  of('R', 'Rscript', () => ['-e', `x <- data.frame(id = 1:${some()}, s = rnorm(1)); m <- matrix(runif(250000), 500); Sys.sleep(1e6)`]),
  of('bash', 'bash', () => ['-c', `for i in {1..${some()}}; do k[$i]="user $i $RANDOM"; done; read < <(sleep 1000000)`]),
  of('sqlite', 'sqlite3', () => [':memory:', `create table t as with recursive c(x) as (values(1) union all select x+1 from c where x < ${some()}) select x, randomblob(32) r from c; with recursive c(x) as (values(1) union all select x+1 from c) select count(*) from c;`]),
  of('redis', 'redis-server', () => ['--port', '0', '--unixsocket', inFolder('redis.sock'), '--save', '']),
  of('vim', 'vim', () => ['-Nu', 'NONE', '-es', '-c', `call setline(1, map(range(${some()}), '"line " . v:val . " fox"'))`, '-c', 'sleep 1000000']),
  of('emacs', 'emacs', () => ['-Q', '--batch', '--eval', `(let ((k (make-vector ${some()} nil))) (dotimes (i (length k)) (aset k i (random))) (sleep-for 1000000))`]),
  of('nats', 'nats-server', () => ['-a', '127.0.0.1', '-p', '-1']),
  of('nginx', 'nginx', (own) => ['-p', folder, '-c', written('nginx.conf', `daemon off; master_process off; pid ${inFolder('nginx.pid')}; error_log stderr; events {} http { access_log off; server { listen 127.0.0.1:${own.port} ssl; ssl_certificate ${own.chain}; ssl_certificate_key ${own.key}; } }`)], () => ({ ...certificate('nginx'), port: 20_000 + (process.pid % 20_000) })),
  of('openssl', 'openssl', (own) => ['s_server', '-accept', '0', '-key', own.key, '-cert', own.chain, '-quiet'], () => certificate('openssl')),
]

const usable = PROGRAMS.filter(({ name }) => only === undefined || only.includes(name)).flatMap((program) => {
  const builder = { java: 'javac', go: 'go' }[program.name] ?? program.command
  if (spawnSync('which', [builder]).status === 0) return [{ ...program, own: program.prepare?.() }]
  console.log(`left out, not installed: ${program.name}`)
  return []
})

/** The core of a process of this program, in the watched folder; false where it has ended by itself. */
async function dump({ name, command, args: argsFor, own }, round) {
  const child = spawn(command, argsFor(own), { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  await sleep(1500)
  const core = inFolder(`core.${child.pid}`)
  spawnSync('gcore', ['-o', inFolder('core'), String(child.pid)], { timeout: 120_000, stdio: 'ignore' })
  child.kill('SIGKILL')
  await ended
  if (!existsSync(core)) return false
  renameSync(core, path.join(folder, 'dumps', `${name}.${round}.core`))
  return true
}

const taken = new Map(usable.map(({ name }) => [name, { cores: 0, written: 0 }]))
let lines = 0
for (let round = 0; round < rounds; round++) {
  const dumped = []
  // One after the other: several at once starve each other of the seconds that they have for their work.
  for (const program of usable)
    if (await dump(program, round)) dumped.push(program.name)
    else console.log(`no core: ${program.name}`)
  const keys = publicKeys.flatMap((key) => ['--public-key', key])
  spawnSync(process.execPath, [CLI, 'gate', 'watch', inFolder('dumps'), '--spool', inFolder('spool'), '--raw', 'remove', '--settle', '0', '--once', ...keys], { stdio: 'ignore' })
  const log = readFileSync(inFolder('spool/gate.log'), 'utf8').split('\n').filter(Boolean)
  for (const line of log.slice(lines)) if (!/: (?:read|written), /.test(line)) console.log(line)
  lines = log.length
  for (const name of dumped) {
    taken.get(name).cores++
    const file = path.join(folder, 'dumps', `${name}.${round}.core`)
    if (existsSync(file)) console.log(`not taken: ${name}, round ${round}`)
    else taken.get(name).written++
    rmSync(file, { force: true })
  }
  console.log(`round ${round + 1}: ${counted()}`)
}

function counted() {
  const all = [...taken.values()]
  const sum = (key) => all.reduce((total, each) => total + each[key], 0)
  return `${sum('written')} of ${sum('cores')} cores of ${all.length} programs were written`
}
