import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forOneNode } from '../../src/engine/one_node.ts'

for (const [sql, wanted] of [
  ['SELECT 1 WHERE a GLOBAL IN (SELECT b)', 'SELECT 1 WHERE a IN (SELECT b)'],
  ['(a, b) GLOBAL NOT IN (SELECT 1)', '(a, b) NOT IN (SELECT 1)'],
  ['x GLOBAL LEFT ANY JOIN y', 'x LEFT ANY JOIN y'],
  ['x GLOBAL INNER JOIN y', 'x INNER JOIN y'],
  ["SELECT 'GLOBAL WARMING'", "SELECT 'GLOBAL WARMING'"],
  ["a = 'it\\'s GLOBAL IN (b)' OR c GLOBAL IN (d)", "a = 'it\\'s GLOBAL IN (b)' OR c IN (d)"],
] as const)
  it(`on one node ${sql} is ${wanted}`, () => {
    assert.equal(forOneNode(sql), wanted)
  })
