/**
 * On which page of a PDF each named destination is: for the page numbers of a table of contents.
 *
 * Reads what Chromium writes (PDF 1.4: a plain table of offsets, objects as text outside of streams) and nothing else:
 * of any other file it gives undefined, and no number.
 *
 * @module
 */

/** Pages from 1, by name of the destination; undefined for a file that is not of this kind. */
export function pagesOfPlaces(pdf: Uint8Array): ReadonlyMap<string, number> | undefined {
  const objects = objectsOf(Buffer.from(pdf).toString('latin1'))
  if (objects === undefined) return undefined
  const catalogue = objects.at(objects.root)
  const pages = pagesBelow(objects, refIn(catalogue, 'Pages'), new Set())
  const destinations = objects.at(refIn(catalogue, 'Dests'))
  if (pages.length === 0 || destinations === undefined) return undefined
  const found = [...destinations.matchAll(/\/([^\s/[\]<>()]+)\s*\[(\d+) \d+ R\b/g)].map(
    ([, name = '', page]) => [name, pages.indexOf(Number(page)) + 1] as const,
  )
  return found.some(([, page]) => page === 0) ? undefined : new Map(found)
}

/** Bytes of an entry of the table, and the digits of an offset with which it begins. */
const ENTRY = 20
const OFFSET = 10

interface Objects {
  readonly root: number | undefined
  /** Text of an object up to its end, or to its stream. */
  at(number: number | undefined): string | undefined
}

function objectsOf(text: string): Objects | undefined {
  const start = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text.slice(-64))?.[1])
  const table = /^xref\s+0 (\d+)\s+/.exec(text.slice(start, start + 64))
  if (table === null || Number(table[1]) * ENTRY > text.length) return undefined
  const first = start + table[0].length
  const offsets = Array.from({ length: Number(table[1]) }, (_, n) =>
    Number(text.slice(first + n * ENTRY, first + n * ENTRY + OFFSET)),
  )
  const trailer = text.slice(first + offsets.length * ENTRY)
  return {
    root: refIn(trailer, 'Root'),
    at(number) {
      const offset = offsets[number ?? -1]
      if (offset === undefined || !text.startsWith(`${number} 0 obj`, offset)) return undefined
      const end = text.indexOf('endobj', offset)
      const stream = text.indexOf('stream', offset)
      return text.slice(offset, stream > 0 && stream < end ? stream : end)
    },
  }
}

function refIn(object: string | undefined, name: string): number | undefined {
  const found = new RegExp(`/${name} (\\d+) \\d+ R\\b`).exec(object ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Numbers of the pages' objects, in their order. A tree that leads back to itself has each once. */
function pagesBelow(objects: Objects, number: number | undefined, seen: Set<number>): number[] {
  if (number === undefined || seen.has(number)) return []
  seen.add(number)
  const kids = /\/Kids\s*\[([^\]]*)\]/.exec(objects.at(number) ?? '')?.[1]
  if (kids === undefined) return [number]
  return [...kids.matchAll(/(\d+) \d+ R/g)].flatMap(([, kid]) =>
    pagesBelow(objects, Number(kid), seen),
  )
}
