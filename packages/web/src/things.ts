/** What of a case has a name that somebody looks for, beside its accesses. @module */
import { soughtText } from '@mintmark/case'
import type { Thing } from './api.ts'
import type { CaseViews } from './case_views.ts'

/** Of each kind. */
const MOST = 6
const SHORTEST = 2

/** Things that have the text in their name or id, as `search` reads it, whatever its case. */
export function thingsOf({ answer }: CaseViews, text: string): readonly Thing[] {
  const part = soughtText(text).toLowerCase()
  if (part.length < SHORTEST) return []
  const { scope, hunts, keys, evidence } = answer
  const found = (kind: Thing['kind'], all: readonly (readonly [value: string, ...string[]])[]) =>
    all
      .filter((names) => names.some((name) => name.toLowerCase().includes(part)))
      .slice(0, MOST)
      .map(([value, name = value]) => ({ kind, value, name }))
  return [
    ...found(
      'mailbox',
      scope.accounts.map(({ mailbox }) => [mailbox]),
    ),
    ...found(
      'organisation',
      scope.organisation_list.map(({ name }) => [name]),
    ),
    ...found(
      'group',
      scope.groups.map(({ name }) => [name]),
    ),
    ...found(
      'hunt',
      hunts.map(({ id, title }) => [id, title]),
    ),
    ...found(
      'key',
      keys.map((key) => [
        key.spkiSha256,
        `${key.kind} ${key.bits}`,
        key.kid ?? '',
        key.jwkThumbprint ?? '',
        key.subject ?? '',
      ]),
    ),
    ...found(
      'evidence',
      evidence.map(({ path, sha256 }) => [path, path, sha256]),
    ),
  ]
}
