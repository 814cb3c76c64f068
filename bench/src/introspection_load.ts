/**
 * Asks a guard about tokens, from a process of its own: `node introspection_load.js FILE`, where FILE holds an
 * {@link Assignment}. Writes an {@link Answered} to standard output.
 */
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { drive, type Load } from './ledger_load.ts'

export interface Assignment {
  readonly url: string
  readonly asks: 'introspect' | 'authz'
  readonly caller: { readonly name: string; readonly secret: string }
  /** Asked about in turns. */
  readonly tokens: readonly string[]
  readonly load: Load
  readonly seconds: number
  /** Kept alive; each carries one request at a time. */
  readonly connections: number
}

export interface Answered {
  readonly tookMs: number
  /** Of each request, from the call to the end of its answer. */
  readonly waits: readonly number[]
}

type Question = (token: string) => Parameters<Pool['request']>[0]

function questions({ asks, caller: { name, secret } }: Assignment): Question {
  if (asks === 'authz')
    return (token) => ({
      path: '/authz/inbox',
      method: 'GET',
      headers: { authorization: `Bearer ${token}`, 'x-mintmark-caller': secret },
    })
  const basic = Buffer.from(`${name}:${secret}`).toString('base64')
  const headers = {
    authorization: `Basic ${basic}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  return (token) => ({ path: '/introspect', method: 'POST', headers, body: `token=${token}` })
}

async function ask(assignment: Assignment): Promise<Answered> {
  const { url, asks, tokens, load, seconds, connections } = assignment
  const pool = new Pool(url, { connections, pipelining: 1 })
  const question = questions(assignment)
  const waits: number[] = []
  let next = 0
  const start = performance.now()
  await drive(load, seconds, async () => {
    const token = tokens[next++ % tokens.length] ?? ''
    const at = performance.now()
    const { statusCode, body } = await pool.request(question(token))
    const answer = await body.text()
    waits.push(performance.now() - at)
    const isLetIn = statusCode === 200 && (asks === 'authz' || answer.startsWith('{"active":true'))
    if (!isLetIn) throw new Error(`a genuine token is refused: status ${statusCode}`)
    return true
  })
  const tookMs = performance.now() - start
  await pool.close()
  return { tookMs, waits }
}

const file = process.argv[2]
if (file !== undefined) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench has written it
  const assignment = JSON.parse(readFileSync(file, 'utf8')) as Assignment
  process.stdout.write(JSON.stringify(await ask(assignment)))
}
