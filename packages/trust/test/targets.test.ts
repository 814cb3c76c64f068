import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createMailServer, type Server as MailServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text as bodyOf } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import {
  bearerTarget,
  chooseVectors,
  confirmOwn,
  imapTarget,
  introspectionTarget,
  openIssuer,
  type ProbeIssuer,
  type ProbeReport,
  probeDocument,
  probeJunit,
  probeMarkdown,
  probeSarif,
  probeText,
  type RunningIssuer,
  runProbe,
  startIssuer,
  type Target,
} from '../src/index.ts'
import type { Verify } from '../src/targets/targets.ts'
import { closed, type Door, isAccepted, openDoor, portOf } from './doors.ts'
import { ALL_2023, merged, notRefused, placeOf, strict } from './verifiers.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-targets-'))
let running: RunningIssuer
let issuer: ProbeIssuer

before(async () => {
  running = await startIssuer({ folder, host: '127.0.0.1', port: 0 })
  issuer = await openIssuer(running.url)
})
after(async () => {
  await running.stop()
  rmSync(folder, { recursive: true, force: true })
})

const place = () => placeOf(running)

function probe(target: Target, named: readonly string[] = [], rate = 10_000): Promise<ProbeReport> {
  const vectors = chooseVectors({ named, isAdvisory: false }, target, issuer)
  return runProbe({ target, issuer, vectors, rate, now: () => Date.now() })
}

async function withDoor<T>(verify: Verify, work: (door: Door) => Promise<T>): Promise<T> {
  const door = await openDoor(verify)
  try {
    return await work(door)
  } finally {
    await door.close()
  }
}

const asBearer = ({ url }: Door) => probe(bearerTarget({ url: new URL(url) }), ['storm-2023'])

const asIntrospection = ({ url }: Door) =>
  probe(introspectionTarget({ url: new URL(`${url}/introspect`) }), ['storm-2023', 'form'])

/** It is this machine too, and by no name of it. */
const elsewhere = (url: string) => new URL(url.replace('127.0.0.1', '0.0.0.0'))

describe('a bearer target', () => {
  it('of a merged key set accepts the set of 2023, and of class-bound keys none of it', async () => {
    assert.deepEqual(notRefused(await withDoor(merged(place()), asBearer)), ALL_2023)
    assert.deepEqual(notRefused(await withDoor(strict(place()), asBearer)), [])
  })

  it('is asked at most 20 times a second', async () => {
    const started = performance.now()
    const report = await withDoor(strict(place()), ({ url }) =>
      probe(bearerTarget({ url: new URL(url) }), [], 20),
    )
    const seconds = (performance.now() - started) / 1000
    assert.deepEqual(notRefused(report), [])
    assert.ok(report.vectors.length >= 80)
    assert.ok(seconds > (report.vectors.length + 3) / 20 - 0.1, `${seconds} s`)
  })

  it('is shown the genuine token first, and no token or part of one is in any output', async () => {
    await withDoor(merged(place()), async (door) => {
      const report = await probe(bearerTarget({ url: new URL(door.url) }))
      const outputs = [
        JSON.stringify(probeDocument(report)),
        JSON.stringify(probeSarif(report, 1)),
        probeJunit(report),
        probeMarkdown(report),
        probeText(report),
      ]
      const parts = door.shown
        .flatMap((token) => token.split('.'))
        .filter((each) => each.length > 40)
      assert.ok(parts.length > 200)
      for (const output of outputs) assert.ok(!parts.some((each) => output.includes(each)))
      const verify = strict(place())
      await assert.doesNotReject(async () => await verify(door.shown[0] ?? ''))
    })
  })

  it('that fails at a forgery, or asks to slow down, ends as cannot tell', async () => {
    for (const status of [500, 503, 429]) {
      const target: Target = {
        ...bearerTarget({ url: new URL('http://127.0.0.1:9/') }),
        ask: () => Promise.resolve({ said: 'unclear', seen: `HTTP ${status}` }),
      }
      const { summary, vectors } = await probe(target, ['form'])
      assert.equal(summary.cannotTell, vectors.length)
    }
  })

  it('may accept with another status, and refuse with one of success', async () => {
    const report = await withDoor(strict(place()), ({ url }) =>
      probe(bearerTarget({ url: new URL(url), expect: new Set([401]), refuse: new Set([200]) }), [
        'storm-2023',
      ]),
    )
    // Turned round, the genuine token is refused: no vector has an outcome.
    assert.equal(report.controls[0]?.outcome, 'refused')
    assert.equal(report.summary.cannotTell, 5)
  })
})

describe('a target that does not answer', () => {
  it('ends as cannot tell for every vector', async () => {
    const url = await withDoor(strict(place()), (door) => Promise.resolve(new URL(door.url)))
    const report = await probe(bearerTarget({ url }), ['form'])
    assert.equal(report.controls[0]?.seen, 'no answer (ECONNREFUSED)')
    assert.equal(report.summary.cannotTell, report.vectors.length)
  })
})

describe('an introspection target', () => {
  it('says by active what it accepts', async () => {
    assert.deepEqual(notRefused(await withDoor(merged(place()), asIntrospection)), ALL_2023)
    assert.deepEqual(notRefused(await withDoor(strict(place()), asIntrospection)), [])
  })

  it('may refuse with another status than 200', async () => {
    const verify = strict(place())
    const server = createServer((request, response) => {
      void bodyOf(request).then(async (form) => {
        const token = new URLSearchParams(form).get('token') ?? ''
        response.statusCode = (await isAccepted(verify, token)) ? 200 : 400
        return response.end('{"active":true}')
      })
    })
    const url = new URL(`http://127.0.0.1:${await portOf(server)}`)
    const report = await probe(introspectionTarget({ url, refuse: new Set([400]) }), ['storm-2023'])
    assert.deepEqual(notRefused(report), [])
    await closed(server)
  })
})

/** A mail server that knows one command. */
function mailServer(verify: Verify): MailServer {
  return createMailServer((socket) => {
    socket.write('* OK ready\r\n')
    let tag = ''
    createInterface({ input: socket }).on('line', (line) => {
      if (tag !== '') {
        socket.end(`${tag} NO failed\r\n`)
        return
      }
      const [given = '', , mechanism = '', initial = ''] = line.split(' ')
      const login = Buffer.from(initial, 'base64').toString().replaceAll('\u0001', '|')
      const wanted = mechanism === 'XOAUTH2' ? /^user=ada\|/ : /^n,a=ada,\|host=127.0.0.1\|/
      const token = /auth=Bearer ([^|]+)\|\|$/.exec(login)?.[1] ?? ''
      void isAccepted(verify, token).then((isIn) => {
        if (isIn && wanted.test(login)) return socket.end(`${given} OK logged in\r\n`)
        tag = given
        return socket.write('+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n')
      })
    })
    socket.on('error', () => undefined)
  })
}

describe('a probe that is interrupted', () => {
  it('lists the key again that it had taken out, and so does the next one', async () => {
    const { kid } = issuer.keys.find(({ role }) => role === 'leaving') ?? { kid: '' }
    const isListed = async () => (await (await fetch(place().jwksUri)).text()).includes(kid)
    const stopping = new AbortController()
    const listed: boolean[] = []
    const target: Target = {
      name: 'any token',
      takes: 'jwt',
      ask: async (token) => {
        listed.push(await isListed())
        if (listed.length === 4) stopping.abort()
        return { said: token.startsWith('ey') ? 'accepted' : 'refused', seen: '' }
      },
    }
    const vectors = chooseVectors({ named: ['key-unlisted'], isAdvisory: false }, target, issuer)
    const options = { target, issuer, vectors, rate: 10_000, now: () => Date.now() }
    await assert.rejects(runProbe({ ...options, signal: stopping.signal }), { name: 'AbortError' })
    assert.deepEqual([...listed, await isListed()], [true, true, true, false, true])
    await issuer.control?.unlist(kid)
    await runProbe(options)
    assert.deepEqual(listed.slice(4), [false, false, true, false, false, true, true])
  })
})

describe('a mail server as a target', () => {
  for (const mechanism of ['oauthbearer', 'xoauth2'] as const)
    it(`is asked with ${mechanism}, and the reason of a failure is confirmed`, async () => {
      for (const [verify, expected] of [
        [merged(place()), ALL_2023],
        [strict(place()), []],
      ] as const) {
        const server = mailServer(verify)
        const url = new URL(`imap://127.0.0.1:${await portOf(server)}`)
        const report = await probe(imapTarget({ url, mechanism, user: 'ada' }), [
          'storm-2023',
          'alg-none',
        ])
        assert.deepEqual(notRefused(report), expected)
        server.close()
      }
    })
})

describe('a mail server that never answers', () => {
  const endless: Record<string, (socket: Socket) => void> = {
    'sends a line without an end': (socket) => {
      const more = (error?: Error | null) => {
        if (!error) socket.write('x'.repeat(1 << 16), more)
      }
      more()
    },
    'asks for more each time': (socket) => {
      socket.on('data', () => void socket.write('+\r\n'.repeat(10_000)))
    },
  }
  for (const [name, say] of Object.entries(endless))
    it(`and ${name} is given up, and has no outcome`, async () => {
      const server = createMailServer((socket) => {
        socket.on('error', () => undefined)
        socket.write('* OK ready\r\n')
        say(socket)
      })
      const url = new URL(`imap://127.0.0.1:${await portOf(server)}`)
      const { said } = await imapTarget({ url, mechanism: 'xoauth2', user: 'ada' }).ask('a.b.c')
      assert.equal(said, 'unclear')
      server.close()
    })
})

describe('a target elsewhere', () => {
  const run = 'run-of-the-test-0001'

  it('is not asked until a file or a header there names the run', async () => {
    await withDoor(strict(place()), async ({ url, shown }) => {
      await assert.rejects(confirmOwn(elsewhere(url), run), { code: 'INPUT_INVALID' })
      await assert.rejects(
        confirmOwn(elsewhere(url), undefined),
        /Place a file with the text \w{24}/,
      )
      await assert.rejects(confirmOwn(elsewhere(url), 'short'), /--run takes/)
      // Once, without a token.
      assert.deepEqual(shown, [''])
      await confirmOwn(new URL(url), undefined)
    })
  })

  for (const how of ['file', 'header'] as const)
    it(`is confirmed by a ${how}`, async () => {
      const server = createServer((request, response) => {
        const isThere = request.url === '/.well-known/mintmark-probe'
        if (how === 'header') response.setHeader('mintmark-probe', run)
        response.end(isThere && how === 'file' ? `${run}\n` : 'hello')
      })
      const port = await portOf(server)
      try {
        await confirmOwn(new URL(`http://0.0.0.0:${port}/api`), run)
        await assert.rejects(confirmOwn(new URL(`http://0.0.0.0:${port}/api`), `${run}x`))
      } finally {
        await closed(server)
      }
    })
})
