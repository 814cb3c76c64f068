/** Which build of the program this is. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseObject, text, VERSION } from '@mintmark/core'

/** Of the workspace, or of the installed package. */
const ROOT = new URL('../../../../', import.meta.url)
const DESCRIBE = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
const SHORT = 12

/**
 * The commit that the program is built from: what `tools/pack.mjs` wrote into the package, else what git says of the
 * clone; `-dirty` follows where files differ from it. Undefined where neither knows.
 */
export function commit(): string | undefined {
  const described = parseObject(readFileSync(new URL('package.json', ROOT), 'utf8')) ?? {}
  return text(described, 'gitHead') ?? commitOfClone()
}

function commitOfClone(): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', DESCRIBE, { cwd: ROOT, encoding: 'utf8', stdio }).trim()
  } catch {
    return undefined
  }
}

/** `0.1.0 (0123456789ab)`, or the version alone. */
export function versionText(): string {
  const built = commit()
  if (built === undefined) return VERSION
  const [, digits = '', dirty = ''] = /^(\w+)(-dirty)?$/.exec(built) ?? []
  return `${VERSION} (${digits.slice(0, SHORT)}${dirty})`
}
