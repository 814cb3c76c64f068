import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { REASONS, VERDICTS } from '../../src/verdicts/match/reasons.ts'

/** The parts of docs/verdicts.md; what it says of each reason, why.test.ts compares. */
it('docs/verdicts.md has a part on each verdict with the reasons for it, and none besides', () => {
  const text = readFileSync(new URL('../../../../docs/verdicts.md', import.meta.url), 'utf8')
  const parts = text.split(/^## /mu).map((part) => part.split('\n'))
  const verdicts: ReadonlySet<string> = new Set(VERDICTS)
  assert.deepEqual(
    parts
      .filter(([heading = '']) => verdicts.has(heading))
      .flatMap(([verdict, ...lines]) =>
        lines
          .filter((line) => line.startsWith('### '))
          .map((line) => ({ reason: line.slice(4), verdict })),
      ),
    REASONS,
  )
  assert.equal(text.match(/^### /gmu)?.length, REASONS.length)
})
