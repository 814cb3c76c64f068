/**
 * Programs that hold no private key of anybody's, and how each is given work: for `count_false_positives.mjs`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

/** Objects, strings and numbers, as a service holds them that caches records. */
const RECORDS = `Array.from({ length: 400000 }, (_, i) => ({ id: i, name: 'user ' + i, mail: 'user' + i + '@example.org', at: new Date(1.6e12 + i * 7919), score: Math.sin(i), tags: ['a' + (i % 17), 'b' + (i % 5)] }))`

function postgres() {
  const versions = '/usr/lib/postgresql'
  try {
    const [version] = readdirSync(versions).sort().reverse()
    return version === undefined ? undefined : path.join(versions, version, 'bin')
  } catch {
    return undefined
  }
}

/** Lines of a kind of source, numbered. */
const lines = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join('\n')

/**
 * @param folder that the programs may write to
 * @param file writes one there and gives its path
 * @param start starts a program there
 * @returns each with the command that must be there, and the seconds that it works before its core is taken
 */
export function keylessPrograms({ folder, file, start }) {
  return [...first(folder, file, start), ...compilers(folder, file, start), ...stores(folder, start), ...tools(folder, file, start)]
}

function first(folder, file, start) {
  return [
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
}

const FUNCTIONS = (count) => lines(count, (i) => `double f${i}(double x, int n) { double s = ${i}; for (int k = 0; k < n; k++) { s += x * k / (s + ${i + 1}); x = x * 0.5 + s; } return s; }`)

function compilers(folder, file, start) {
  return [
    { name: 'clang', command: 'clang', start: () => start('clang', ['-O3', '-g', '-c', file('big.c', FUNCTIONS(12_000)), '-o', '/dev/null']), seconds: 5 },
    {
      name: 'opt',
      command: 'opt',
      start() {
        const code = lines(20_000, (i) => `define i64 @f${i}(i64 %a, i64 %b) {\n  %c = mul i64 %a, ${i * 7919 + 3}\n  %d = xor i64 %c, %b\n  %e = add i64 %d, ${i}\n  ret i64 %e\n}`)
        return start('opt', ['-O3', file('big.ll', code), '-o', '/dev/null'])
      },
      seconds: 4,
    },
    { name: 'javac', command: 'javac', start: () => start('javac', ['-J-Xmx400m', '-d', folder, file('Big.java', `import java.util.*; import java.util.stream.*; class Big {\n${lines(6000, (i) => `static Map<String, List<Integer>> f${i}(List<String> s) { return s.stream().filter(x -> x.length() > ${i % 9}).collect(Collectors.groupingBy(x -> x + ${i}, Collectors.mapping(String::length, Collectors.toList()))); }`)}\n}`)]), seconds: 9 },
    { name: 'ruby', command: 'ruby', start: () => start('ruby', ['-e', 'k = (0...600000).map { |i| { id: i, name: "user #{i}", score: Math.sin(i), big: 7 ** (i % 90) } }; sleep 600']), seconds: 7 },
    { name: 'perl', command: 'perl', start: () => start('perl', ['-e', 'my @k = map { { id => $_, name => "user $_", score => sin $_ } } 0 .. 300000; sleep 600']), seconds: 4 },
    { name: 'php', command: 'php', start: () => start('php', ['-d', 'memory_limit=-1', '-r', '$k = []; for ($i = 0; $i < 500000; $i++) $k[] = ["id" => $i, "name" => "user $i", "hash" => md5($i), "score" => sin($i)]; sleep(600);']), seconds: 4 },
    { name: 'lua', command: 'lua5.4', start: () => start('lua5.4', ['-e', 'k = {} for i = 1, 800000 do k[i] = { id = i, name = "user " .. i, score = math.sin(i) } end while true do end']), seconds: 5 },
    { name: 'R', command: 'R', start: () => start('R', ['--no-save', '-q', '-e', 'x <- data.frame(id = 1:2000000, s = rnorm(2e6), t = paste0("row", 1:2000000)); m <- lm(s ~ id, x); Sys.sleep(600)']), seconds: 12 },
    { name: 'octave', command: 'octave', start: () => start('octave', ['--no-gui', '--eval', 'a = rand(3000); b = a * a; c = inv(a(1:800, 1:800)); s = num2str(b(1:50, 1:50)); pause(600)']), seconds: 12 },
  ]
}

function stores(folder, start) {
  return [
    {
      name: 'mariadb',
      command: 'mariadbd',
      start() {
        const data = path.join(folder, 'maria')
        execFileSync('mariadb-install-db', ['--user=root', `--datadir=${data}`, '--auth-root-authentication-method=normal'], { stdio: 'ignore' })
        const child = start('mariadbd', ['--user=root', `--datadir=${data}`, `--socket=${data}/s`, '--skip-networking', '--skip-ssl', '--innodb-use-native-aio=0', '--innodb-buffer-pool-size=256M', '--innodb-buffer-pool-size-max=256M'])
        const sql = "create database d; use d; create table t as select seq as id, md5(seq) as hash, rand() as score, repeat('x', seq % 90) as text from seq_1_to_1000000; create index i on t (hash); select count(*) from t a join t b using (hash); select sleep(300)"
        setTimeout(() => start('mariadb', ['-S', `${data}/s`, '-u', 'root', '-e', sql]), 4000)
        return child
      },
      seconds: 25,
    },
    { name: 'sqlite', command: 'sqlite3', start: () => start('sqlite3', [':memory:', "create table t as with recursive c(x) as (values(1) union all select x + 1 from c where x < 2000000) select x as id, hex(x * 7919) as h, random() as r, printf('row %d', x) as t from c; create index i on t (h); with recursive c(x) as (values(1) union all select x + 1 from c) select count(*) from c;"]), seconds: 10 },
    {
      name: 'memcached',
      command: 'memcached',
      start() {
        const child = start('memcached', ['-u', 'root', '-s', `${folder}/memcached`, '-m', '256'])
        const fill = `const s = require('net').connect(${JSON.stringify(`${folder}/memcached`)}); let i = 0; const more = () => { while (i < 400000) { const v = ('value ' + i + ' ').repeat(20); i++; if (!s.write('set key' + i + ' 0 0 ' + v.length + ' noreply\\r\\n' + v + '\\r\\n')) return s.once('drain', more) } }; s.on('connect', more)`
        setTimeout(() => start(process.execPath, ['-e', fill]), 1000)
        return child
      },
      seconds: 8,
    },
  ]
}

function tools(folder, file, start) {
  const text = () => file('text.txt', lines(400_000, (i) => `${i} the quick brown fox ${i * 7919} jumps over ${Math.sin(i)}`))
  const page = () => file('page.svg', `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900">${lines(20_000, (i) => `<circle cx="${i % 900}" cy="${(i * 7) % 900}" r="${i % 30}" fill="#${(i * 997 + 1_048_576).toString(16).slice(0, 6)}"/>`)}</svg>`)
  return [
    { name: 'ffmpeg', command: 'ffmpeg', start: () => start('ffmpeg', ['-nostdin', '-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30', '-f', 'lavfi', '-i', 'sine', '-c:v', 'libx264', '-f', 'null', '-']), seconds: 8 },
    { name: 'vim', command: 'vim', start: () => start('vim', ['-Nu', 'NONE', '-es', '-c', 'set undolevels=1000', '-c', '%s/fox/wolf/g', '-c', 'sleep 600', text()]), seconds: 8 },
    { name: 'emacs', command: 'emacs', start: () => start('emacs', ['-Q', '--batch', text(), '--eval', '(progn (org-mode) (goto-char 1) (while (search-forward "fox" nil t) (replace-match "wolf")) (sleep-for 600))']), seconds: 15 },
    { name: 'inkscape', command: 'inkscape', start: () => start('inkscape', ['--export-type=png', '--export-dpi=600', '-o', '/dev/null', page()]), seconds: 8 },
    { name: 'libreoffice', command: 'soffice', start: () => start('soffice', ['--headless', '--norestore', `-env:UserInstallation=file://${folder}/office`, '--convert-to', 'pdf', '--outdir', folder, file('table.csv', lines(100_000, (i) => `${i},row ${i},${Math.sin(i)},=A${i + 1}*2`))]), seconds: 15 },
    { name: 'ghostscript', command: 'gs', start: () => start('gs', ['-q', '-dNOPAUSE', '-dBATCH', '-sDEVICE=tiff24nc', '-r1200', '-o', '/dev/null', file('page.ps', `%!PS\n/Times-Roman findfont 9 scalefont setfont\n${lines(200_000, (i) => `${(i * 37) % 500} ${(i * 11) % 800} moveto (row ${i}) show`)}\nshowpage`)]), seconds: 5 },
    { name: 'qemu', command: 'qemu-system-x86_64', start: () => start('qemu-system-x86_64', ['-accel', 'tcg', '-m', '256', '-display', 'none', '-nodefaults', '-S']), seconds: 4 },
    { name: 'lldb', command: 'lldb', start: () => start('lldb', ['--no-lldbinit', process.execPath, '-o', 'image lookup -r -n uv_'], { stdio: ['pipe', 'ignore', 'ignore'] }), seconds: 12 },
    { name: 'tmux', command: 'tmux', start: () => start('tmux', ['-D', '-f', '/dev/null', '-S', `${folder}/tmux`]), seconds: 2 },
  ]
}
