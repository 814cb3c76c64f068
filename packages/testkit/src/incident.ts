/**
 * The replayed incident in its full size, investigated by the built command: made once for all files of a run of tests.
 */
import { mkdirSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mintmark } from './built_command.ts'

export interface Incident {
  /** What `mintmark replay` wrote: `logs` and the truth. */
  readonly replay: string
  /** The case, which others use too: a test that changes it takes a copy. */
  readonly place: string
  /** What `mintmark investigate --json` printed. */
  readonly answer: string
}

/**
 * The incident where a run's files share it, or, where nothing is shared or another file is still at it, in `own`.
 * @param own an empty folder, which the caller removes
 * @throws {Error} where a command failed, with what it said
 */
export async function replayedIncident(own: string): Promise<Incident> {
  const { MINTMARK_MADE: shared } = process.env
  if (shared === undefined) return await made(own)
  const home = join(shared, 'incident')
  try {
    mkdirSync(home)
  } catch {
    return (await held(home)) ?? (await made(own))
  }
  return await made(home)
}

/** What another file has made, if it is done. */
async function held(home: string): Promise<Incident | undefined> {
  try {
    return { ...placesIn(home), answer: await readFile(answerIn(home), 'utf8') }
  } catch {
    return undefined
  }
}

async function made(home: string): Promise<Incident> {
  const { replay, place } = placesIn(home)
  await printed('replay', 'storm-0558', '--out', replay)
  const answer = await printed('investigate', join(replay, 'logs'), '--case', place, '--json')
  await writeFile(`${answerIn(home)}.new`, answer)
  await rename(`${answerIn(home)}.new`, answerIn(home))
  return { replay, place, answer }
}

const placesIn = (home: string) => ({ replay: join(home, 'replay'), place: join(home, 'case') })
const answerIn = (home: string): string => join(home, 'answer.json')

/** What a command prints. Exit code 3 may come with an answer, in which a part is missing. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await mintmark(...args)
  if (code === 2 || out === '')
    throw new Error(`mintmark ${args.join(' ')} ended with ${code}: ${err}`)
  return out
}
