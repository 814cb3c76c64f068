/** Versions of what the laboratory examines. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { parseObject, text } from '@mintmark/core'

export const npm =
  (...names: readonly string[]) =>
  (): readonly string[] =>
    names.map((name) => {
      const file = findPackageJSON(name, import.meta.url)
      const version = file && text(parseObject(readFileSync(file, 'utf8')) ?? {}, 'version')
      return `${name} ${version ?? '?'}`
    })

/** Upstream versions of Debian's packages; undefined where one is not installed. */
export const debian =
  (...names: readonly string[]) =>
  (): readonly string[] | undefined => {
    try {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own notation
      const format = '-f=${Package} ${source:Upstream-Version}\n'
      const stdio = ['ignore', 'pipe', 'ignore'] as const
      const lines = execFileSync('dpkg-query', ['-W', format, ...names], { stdio: [...stdio] })
      return lines.toString().trim().split('\n')
    } catch {
      return undefined
    }
  }
