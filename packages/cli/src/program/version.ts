import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseObject, text, VERSION } from '@mintmark/core'

const ROOT = new URL('../../../../', import.meta.url)
const DESCRIBE = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
const SHORT = 12

/** From `tools/pack.mjs`, else git; `-dirty` where files differ. Undefined where neither knows. */
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

export function versionText(): string {
  const built = commit()
  if (built === undefined) return VERSION
  const [, digits = '', dirty = ''] = /^(\w+)(-dirty)?$/.exec(built) ?? []
  return `${VERSION} (${digits.slice(0, SHORT)}${dirty})`
}
