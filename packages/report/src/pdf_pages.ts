/**
 * On which page of a PDF each named destination is: for the page numbers of a table of contents.
 *
 * Reads what Chromium writes (PDF 1.4: a plain trailer, objects as text outside of streams) and nothing else: of any
 * other file it gives undefined, and no number.
 *
 * @module
 */

const TRAILER = /trailer\s*<<(.*)>>\s*startxref\s+\d+\s+%%EOF\s*$/s
/** Up to its end, or to its stream. */
const OBJECT = /^(\d+) 0 obj\b(.*?)(?:endobj|stream)/gms

/** Text of the objects by their numbers. */
type Objects = ReadonlyMap<number | undefined, string>

/** Pages from 1, by name of the destination; undefined for a file that is not of this kind. */
export function pagesOfPlaces(pdf: Uint8Array): ReadonlyMap<string, number> | undefined {
  const text = Buffer.from(pdf).toString('latin1')
  const trailer = TRAILER.exec(text.slice(-1024))?.[1]
  if (trailer === undefined) return undefined
  const objects: Objects = new Map(
    [...text.matchAll(OBJECT)].map(([, number, body = '']) => [Number(number), body]),
  )
  const catalogue = objects.get(refIn(trailer, 'Root'))
  const pages = pagesBelow(objects, refIn(catalogue, 'Pages'), new Set())
  const destinations = objects.get(refIn(catalogue, 'Dests'))
  if (pages.length === 0 || destinations === undefined) return undefined
  const found = [...destinations.matchAll(/\/([^\s/[\]<>()]+)\s*\[(\d+) \d+ R\b/g)].map(
    ([, name = '', page]) => [name, pages.indexOf(Number(page)) + 1] as const,
  )
  return found.some(([, page]) => page === 0) ? undefined : new Map(found)
}

function refIn(object: string | undefined, name: string): number | undefined {
  const found = new RegExp(`/${name} (\\d+) \\d+ R\\b`).exec(object ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Numbers of the pages' objects, in their order. A tree that leads back to itself has each once. */
function pagesBelow(objects: Objects, number: number | undefined, seen: Set<number>): number[] {
  if (number === undefined || seen.has(number)) return []
  seen.add(number)
  const kids = /\/Kids\s*\[([^\]]*)\]/.exec(objects.get(number) ?? '')?.[1]
  if (kids === undefined) return [number]
  return [...kids.matchAll(/(\d+) \d+ R/g)].flatMap(([, kid]) =>
    pagesBelow(objects, Number(kid), seen),
  )
}
