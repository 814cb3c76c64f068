/**
 * Key documents in the history of a git repository: each version of each file, at the time of its commit.
 *
 * Times are the committer's. Only the first parent of a merge is followed. No hook, filter or helper of the repository is
 * run.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { MintmarkError } from '@mintmark/core'
import { bounded } from '@mintmark/ledger/log'
import { MOST_BYTES, MOST_FILES } from './bounds.ts'
import { isAboutKeys, KEY_FILE, seenOf } from './files.ts'
import type { Seen } from './seen.ts'

/** Settings of the repository that would run something, or ask somebody. */
const OFF = [
  'core.fsmonitor=false',
  'core.hooksPath=',
  'protocol.allow=never',
  'log.showSignature=false',
]
const SAFE = [
  ...OFF.flatMap((setting) => ['-c', setting]),
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
]
/** Of the list of all versions. */
const MOST_LOG_BYTES = 256 << 20

interface Version {
  readonly commit: string
  readonly atMs: number
  readonly file: string
  /** Undefined where the commit removes the file. */
  readonly blob: string | undefined
}

/**
 * @param location folder of the repository, or a file or folder in it
 * @throws {MintmarkError} `INPUT_UNREADABLE` where it is no repository
 */
export async function* seenInHistory(location: string): AsyncGenerator<Seen> {
  const { versions, isCut } = versionsIn(await logOf(location))
  const name = path.basename(path.resolve(location))
  const listed = new Set<string>()
  for (const { commit, atMs, file, blob } of versions) {
    const at = { document: `git:${name}/${file}`, atMs, clock: 'commit', commit } as const
    if (blob === undefined) {
      if (listed.delete(file)) yield { ...at, outcome: 'gone', why: 'removed' }
    } else {
      // oxlint-disable-next-line no-await-in-loop -- one at a time bounds the memory
      const body = await git(location, ['cat-file', 'blob', blob], MOST_BYTES)
      if (body === undefined)
        yield { ...at, outcome: 'unavailable', why: 'larger than is read: refused' }
      else {
        const seen = seenOf(body, at)
        if (seen.outcome === 'read') listed.add(file)
        // A file that was a key document before still counts.
        if (listed.has(file) || isAboutKeys(seen, body)) yield { ...seen, commit }
      }
    }
  }
  if (isCut) {
    const why = `more than ${MOST_FILES} versions: the rest was not read`
    yield { document: `git:${name}`, atMs: 0, clock: 'commit', outcome: 'unavailable', why }
  }
}

async function logOf(location: string): Promise<string> {
  const isFile = KEY_FILE.test(location)
  const folder = isFile ? path.dirname(location) : location
  const args = ['log', '--first-parent', '-m', '--raw', '-z', '--no-renames', '--no-abbrev']
  const out = await git(
    folder,
    [
      ...args,
      '--no-ext-diff',
      '--format=commit %H %ct',
      '--',
      isFile ? path.basename(location) : '.',
    ],
    MOST_LOG_BYTES,
  )
  if (out === undefined) throw unreadable(location, 'its history is too long')
  return out.toString('utf8')
}

/** Of `--raw -z`: a commit between NULs, then pairs of `:modes blobs status` and a path. Oldest first. */
function versionsIn(log: string): { versions: Version[]; isCut: boolean } {
  const versions: Version[] = []
  let commit = ''
  let atMs = 0
  const parts = log.split('\0')
  for (let at = 0; at < parts.length; at++) {
    const part = (parts[at] ?? '').replace(/^\n/, '')
    const [, hash, seconds] = /commit ([\da-f]{40,64}) (\d+)/.exec(part) ?? []
    if (hash !== undefined) [commit, atMs] = [hash, Number(seconds) * 1000]
    const [, mode, blob, status] = /:\d+ (\d+) [\da-f]+ ([\da-f]+) ([AMDT])$/.exec(part) ?? []
    if (status === undefined) continue
    const file = parts[++at] ?? ''
    // Neither links nor submodules.
    const isFile = status === 'D' || mode === '100644' || mode === '100755'
    if (isFile && KEY_FILE.test(file))
      versions.push({ commit, atMs, file, blob: status === 'D' ? undefined : blob })
  }
  const isCut = versions.length > MOST_FILES
  return { versions: versions.slice(0, MOST_FILES).toReversed(), isCut }
}

/** What git prints; undefined where that is more than `most` bytes. */
async function git(
  location: string,
  args: readonly string[],
  most: number,
): Promise<Buffer | undefined> {
  const folder = KEY_FILE.test(location) ? path.dirname(location) : location
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
  }
  const child = spawn('git', ['-C', folder, ...SAFE, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(new MintmarkError('PROGRAM_MISSING', 'git is not there')))
    child.once('close', resolve)
  })
  // Handled at once: a failure may come before all is read.
  const status = ended.catch((cause: unknown) => cause)
  const out = await bounded(child.stdout, most)
  if (out === undefined) {
    child.kill()
    return undefined
  }
  const code = await status
  if (code instanceof MintmarkError) throw code
  if (code !== 0) throw unreadable(location, 'no git repository with a history')
  return out
}

function unreadable(location: string, why: string): MintmarkError {
  return new MintmarkError('INPUT_UNREADABLE', `${location} cannot be read: ${why}`)
}
