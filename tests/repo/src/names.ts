/** Names of product code: files, identifiers, and members of schemas, each as its words. */

/** Words that the glossary replaced, singular and plural, and what to write instead. */
export const OLD_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'theirs ours': 'attacker, legitimate',
    'told tells': 'reported, identifies, distinguishes',
    'touch touches touched toucher touchers': 'accessed',
    'look looks': 'observation, probe',
    'twist twists twisted': 'log noise',
    'trap traps': 'false positives',
    'sighting sightings sighted': 'raw finding',
    'form forms': 'encoding',
    'place places': 'offset, location',
    'proof proofs proven': 'verification, verified',
    'candidate candidates': 'unverified key',
    lesser: 'protected',
    'allowance allowances': 'limits, exemption',
    'judge judges ruling': 'assign verdict, rule',
    'doubt doubts': 'coverage gaps',
    'stretch stretches': 'gap intervals',
    'lane lanes': 'match pipeline',
    'seam seams': 'segment boundaries',
    'rhythm rhythms': 'outage detection',
    'effort efforts charge charges': 'work budget, cost',
    'desk desks deed deeds': 'views, actions',
    'bell bells': 'wakeup',
    'turn turns': 'scrub slots, round robin',
    'land lands landed': 'write',
    'poorer dressed coded': 'see the glossary',
  }).flatMap(([words, use]) => words.split(' ').map((word) => [word, use])),
)

/** Words together. Each alone is plain English. */
const OLD_PAIRS: readonly string[] = [
  'either party',
  'express lane',
  'held back',
  'kept answer',
  'kept answers',
  'kept head',
  'kept heads',
  'key ring',
  'last look',
  'lies in',
  'like arrays',
  'made of keys',
  'ran out',
  'served ledger',
  'stand back',
  'standing ledger',
  'stands in',
  'zero run',
  'zero runs',
]

/** `firstLook`, `first_look` and `first-look` are first, look. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)

export function oldWordsIn(name: string): string[] {
  const words = wordsOf(name)
  const whole = ` ${words.join(' ')} `
  return [
    ...words.filter((word) => OLD_WORDS.has(word)),
    ...OLD_PAIRS.filter((pair) => whole.includes(` ${pair} `)),
  ]
}

/** What the code of a file does not include. */
const SKIPPED = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y
const REGEXP = /\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};>\n]|\breturn)\s*$/

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Behind the comment or literal at `at`; `at` itself where there is none. */
function endOfSkipped(text: string, at: number, before: string): number {
  const end = endOf(SKIPPED, text, at)
  const isRegExp = end === at && text[at] === '/' && BEFORE_REGEXP.test(before)
  return isRegExp ? endOf(REGEXP, text, at) : end
}

/** To the end of a template, or of its text before an expression. */
const TEMPLATE_TEXT = /(?:\\[\s\S]|(?!\$\{)[^`\\])*(?:`|\$\{)/y
const STEPS: Readonly<Record<string, number>> = { '{': 1, '}': -1 }

/** Code without comments and literals; expressions within templates stay. */
export function codeOf(text: string): string {
  let code = ''
  /** Open braces in each expression of a template that is open. */
  const braces: number[] = []
  for (let at = 0; at < text.length; ) {
    const end = endOfSkipped(text, at, code.slice(-20))
    const char = text[at] ?? ''
    const isBack = char === '}' && braces.at(-1) === 0
    if (end > at) {
      if (!/^\/[/*]/.test(text.slice(at, at + 2))) code += ' _ '
      at = end
    } else if (char === '`' || isBack) {
      if (isBack) braces.pop()
      at = endOf(TEMPLATE_TEXT, text, at + 1)
      const isOpen = text.startsWith('${', at - 2)
      if (isOpen) braces.push(0)
      code += isOpen ? ' ( ' : ' _ '
    } else {
      if (braces.length > 0) braces.push((braces.pop() ?? 0) + (STEPS[char] ?? 0))
      code += char
      at++
    }
  }
  return code
}

/** Code of a component: its script, expressions of its markup, and names of its styles. */
const codeOfSvelte = (source: string): string =>
  [
    ...[...source.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script),
    ...(source.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '').match(/\{[^{}]*\}/g) ?? []),
    ...(source.match(/--[\w-]+/g) ?? []),
  ]
    .map((part) => codeOf(part))
    .join('\n')

const codeOfSql = (source: string): string =>
  source.replaceAll(/-- .*$|'(?:[^'\\]|\\.)*'/gm, ' ').toLowerCase()

/** Distinct identifiers of a file of TypeScript, Svelte, CSS or SQL. */
export function identifiersIn(file: string, source: string): string[] {
  if (file.endsWith('.css')) return [...new Set(source.match(/--[\w-]+|\.[a-z][\w-]+/g) ?? [])]
  const code = file.endsWith('.svelte')
    ? codeOfSvelte(source)
    : file.endsWith('.sql')
      ? codeOfSql(source)
      : codeOf(source)
  return [...new Set(code.match(/--[\w-]+|[A-Za-z_$][\w$]*/g) ?? [])]
}

/** Members, definitions and values of a JSON Schema. */
export function namesInSchema(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => namesInSchema(each))
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const isNamed = key === 'properties' || key === '$defs'
    const names = isNamed && typeof value === 'object' && value !== null ? Object.keys(value) : []
    const values = key === 'enum' || key === 'const' ? [value].flat() : []
    const texts = values.filter((each) => typeof each === 'string')
    return names.concat(texts, namesInSchema(value))
  })
}
