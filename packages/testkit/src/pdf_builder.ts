/**
 * PDFs, for tests of what reads them: as much of ISO 32000-1 as a page of text and an attached file need.
 *
 * @module
 */
import { deflateSync } from 'node:zlib'

export interface MadePdf {
  /** Lines of each page. */
  readonly pages: readonly (readonly string[])[]
  /** A file within. */
  readonly attached?: { readonly name: string; readonly bytes: Uint8Array }
}

/** A PDF whose pages are deflated, their letters set apart as typesetters do; with a table of contents at its end. */
export function madePdf({ pages, attached }: MadePdf): Buffer {
  const numbers = pages.map((_, index) => 10 + 2 * index)
  const objects = new Map<number, Buffer>([
    [1, text(`<</Type/Catalog/Pages 2 0 R${attached ? '/Names<</EmbeddedFiles 4 0 R>>' : ''}>>`)],
    [2, text(`<</Type/Pages/Count ${pages.length}/Kids[${numbers.map(reference).join(' ')}]>>`)],
    [3, text('<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>')],
  ])
  if (attached !== undefined) {
    const { name, bytes } = attached
    objects.set(4, text(`<</Names[(${name}) 5 0 R]>>`))
    objects.set(5, text(`<</Type/Filespec/F(${name})/UF(${name})/EF<</F 6 0 R>>>>`))
    objects.set(6, stream(bytes, '/Type/EmbeddedFile'))
  }
  for (const [index, lines] of pages.entries()) {
    const number = numbers[index] ?? 0
    objects.set(number, page(number + 1))
    objects.set(number + 1, stream(text(drawn(lines))))
  }
  return Buffer.concat([text('%PDF-1.7\n'), ...written(objects, 9)])
}

/** The same file with something added to its end: the first page's lines are others now. */
export function changedPdf(pdf: Buffer, lines: readonly string[]): Buffer {
  const objects = new Map([[11, stream(text(drawn(lines)))]])
  const before = pdf.toString('latin1').lastIndexOf('startxref\n')
  const previous = Number.parseInt(pdf.toString('latin1', before + 10), 10)
  return Buffer.concat([pdf, ...written(objects, pdf.length, `/Prev ${previous}`)])
}

const text = (ascii: string): Buffer => Buffer.from(ascii, 'latin1')
const reference = (number: number): string => `${number} 0 R`

function page(contents: number): Buffer {
  return text(
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${contents} 0 R>>`,
  )
}

function stream(bytes: Uint8Array, more = ''): Buffer {
  const packed = deflateSync(bytes)
  const head = `<<${more}/Filter/FlateDecode/Length ${packed.length}>>stream\n`
  return Buffer.concat([text(head), packed, text('\nendstream')])
}

/** Pieces of seven letters, with a little room between them. */
function drawn(lines: readonly string[]): string {
  const shows = lines.map((line) => {
    const pieces = line.match(/.{1,7}/g) ?? ['']
    return `[${pieces.map((piece) => `(${piece.replaceAll(/[\\()]/g, '\\$&')})`).join('7')}]TJ 0 -11 Td`
  })
  return `BT /F1 9 Tf 40 800 Td ${shows.join('\n')} ET`
}

function written(
  objects: ReadonlyMap<number, Buffer>,
  from: number,
  trailer = '',
): readonly Buffer[] {
  const parts: Buffer[] = []
  const table: string[] = []
  let at = from
  for (const [number, body] of objects) {
    const part = Buffer.concat([text(`${number} 0 obj\n`), body, text('\nendobj\n')])
    table.push(`${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`)
    parts.push(part)
    at += part.length
  }
  const size = Math.max(...objects.keys()) + 1
  const end = `xref\n${table.join('')}trailer\n<</Size ${Math.max(size, 100)}/Root 1 0 R${trailer}>>\nstartxref\n${at}\n%%EOF\n`
  return [...parts, text(end)]
}
