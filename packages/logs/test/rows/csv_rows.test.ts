import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { collect } from '../collected.ts'

const wholeCases: { name: string; text: string; events: string[] }[] = [
  { name: 'with commas', text: 'k,x\na,1\nb,2\n', events: ['row a @2', 'row b @3'] },
  { name: 'with semicolons', text: 'k;x\na;1,5\n', events: ['row a @2'] },
  { name: 'with tabs', text: 'k\tx\na\t1\n', events: ['row a @2'] },
  {
    name: 'with CRLF and no last newline',
    text: 'k,x\r\na,1\r\nb,2',
    events: ['row a @2', 'row b @3'],
  },
  { name: 'with a byte order mark', text: '\uFEFFk,x\na,1\n', events: ['row a @2'] },
  { name: 'with quoted names', text: '"k","x"\r\n"a","1"\r\n', events: ['row a @2'] },
  {
    name: 'with newlines in cells, by the line on which each starts',
    text: 'x,k\n"1\n\n2",a\n3,"b"\n"4\r\n",c\n',
    events: ['row a @2', 'row b @5', 'row c @6'],
  },
  {
    name: 'with doubled quotes and delimiters in cells',
    text: 'k,x\n"a,""{""q"":1}""",1\n',
    events: ['row a,"{"q":1}" @2'],
  },
  {
    name: 'with blank lines',
    text: '\nk,x\n\na,1\n\r\nb,2\n\n',
    events: ['row a @4', 'row b @6'],
  },
  {
    name: 'behind a #TYPE line',
    text: '#TYPE Selected.System.Management.Automation.PSCustomObject\nk,x\na,1\n',
    events: ['row a @3'],
  },
  { name: 'behind a sep= line', text: 'sep=;\nk;x\na;1\n', events: ['row a @3'] },
  {
    name: 'of files put together, whose header comes again',
    text: 'k,x\na,1\nk,x\nb,2\n',
    events: ['row a @2', 'row b @4'],
  },
  {
    name: 'of files put together, each with its byte order mark',
    text: '\uFEFFk,x\na,1\n\uFEFFk,x\nb,2\n',
    events: ['row a @2', 'row b @4'],
  },
  {
    name: 'of files put together, whose columns are in another order',
    text: 'k,x,y\na,1,2\nx,y,k\n3,4,b\n\uFEFFy,k,x\n5,c,6\n',
    events: ['row a @2', 'row b @4', 'row c @6'],
  },
  {
    name: 'of files put together, whose columns are others',
    text: 'k,x,y\na,1,2\nx,k\n3,b\nz,k,x\n5,c,6\n',
    events: ['row a @2', 'row b @4', 'row c @6'],
  },
  {
    name: 'of files put together, whose tables are others',
    text: 'k,x,y,z\na,1,2,3\nd,w\n1/2/2023,9\nb,c,k\n5,6,e\n',
    events: ['row a @2', 'row 1/2/2023 unproven @4', 'row e @6'],
  },
  {
    name: 'of files put together, without a newline where one ends',
    text: 'k,x,y\na,1,2\nb,3,4k,x,y\nc,1,2\nd,3,4x,k,y\n1,e,2\n',
    events: ['row a @2', 'row b @3', 'row c @4', 'row d @5', 'row e @6'],
  },
  {
    name: 'of quoted files put together, without a newline where one ends',
    text: '"k","x","y"\n"a","1",""\uFEFF"x","k","y"\n"2","b","3""y","k","x"\n"4","c","5"',
    events: ['row a @2', 'row b @3', 'row c @4'],
  },
  {
    name: 'behind a title, with or without empty cells, and a date',
    text: 'Sign-ins of May\n\nMade: 2023-06-01,,\nk,x,y\na,1,2\n',
    events: ['row a @5'],
  },
  { name: 'behind a line of blanks', text: '  \nk,x\na,1\n', events: ['row a @3'] },
  {
    name: 'with empty rows at the end, as a spreadsheet saves them',
    text: 'k;x\na;1\n;\n;\n',
    events: ['row a @2'],
  },
  { name: 'with a name of a column in a cell', text: 'k,x\nk,1\n', events: ['row k @2'] },
  {
    name: 'with the first of two columns of one name',
    text: 'k,k,x\na,z,1\n',
    events: ['row a @2'],
  },
  { name: 'with empty cells behind the last column', text: 'k,x\na,1,,\n', events: ['row a @2'] },
  {
    name: 'with empty cells behind the last column, and newlines in cells',
    text: 'k,x\na,"1\n2",,\nb,"3\n4",,\n',
    events: ['row a @2', 'row b @4'],
  },
  { name: 'with a quote within a cell', text: 'k,x\na "b" c,1\n', events: ['row a "b" c @2'] },
  { name: 'with a column called __proto__', text: '__proto__,k\n1,a\n', events: ['row a @2'] },
  {
    name: 'with lines that end in CR alone',
    text: 'k,x\ra,"1\r2"\r\rb,2',
    events: ['row a @2', 'row b @5'],
  },
  {
    name: 'with lines that end in CR alone, behind a #TYPE line, and LF in cells',
    text: '#TYPE x\rk,x\ra,"1\n2"\rb,2\r',
    events: ['row a @3', 'row b @5'],
  },
  {
    name: 'with lines that end in CR alone at first, and then in CRLF',
    text: 'k,x\ra,1\r\nb,2\r\n',
    events: ['row a @2', 'row b @3'],
  },
  { name: 'with lines that end in CR twice', text: 'k,x\r\r\na,1\r\r\n', events: ['row a @2'] },
  { name: 'of one column of JSON', text: 'k\n"{""a"":1}"\n', events: ['row {"a":1} @2'] },
]

describe('CSV rows are read', () => {
  for (const { name, text, events } of wholeCases) {
    it(name, () => {
      const whole = collect(text)
      assert.deepEqual(whole.events, events)
      assert.deepEqual(collect(text, [1]), whole)
    })
  }
})

const brokenCases: { name: string; text: string; events: string[] }[] = [
  {
    name: 'too few cells',
    text: 'k,x,y\na,1,2\nb,1\nc,1,2\n',
    events: ['row a @2', 'bad row column-count @3', 'row c @4'],
  },
  {
    name: 'too many cells',
    text: 'k,x\na,1,2\nc,1\n',
    events: ['bad row column-count @2', 'row c @3'],
  },
  {
    name: 'a quote that never closes',
    text: 'k,x\na,1\nb,"2\nc,3\nd,4\n',
    events: ['row a @2', 'bad row unclosed-quote @3', 'row c @4', 'row d @5'],
  },
  {
    name: 'a quote that swallows the start of the next row',
    text: 'k,x,y\n"a,1,2\nb,"3",4\nc,1,2\n',
    events: ['bad row column-count @2', 'row b @3', 'row c @4'],
  },
  {
    name: 'rows behind it that do not fit either, each counted',
    text: 'k,x\na,1\n"b,2\n"c",4,5\nd,6,7\ne,8\n',
    events: [
      'row a @2',
      'bad row column-count @3',
      'bad row column-count @4',
      'bad row column-count @5',
      'row e @6',
    ],
  },
  {
    name: 'the end of a file cut in a quoted cell',
    text: 'k,x\na,1\nb,"2',
    events: ['row a @2', 'bad row unclosed-quote @3', 'says ends-early @3'],
  },
  {
    name: 'the end of a file cut between cells',
    text: 'k,x,y\na,1,2\nb,',
    events: ['row a @2', 'bad row cut-short @3', 'says ends-early @3'],
  },
  {
    name: 'more columns than any export has',
    text: `k,x\n${'a,'.repeat(3000)}\nc,1\n`,
    events: ['bad row too-many-columns @2', 'row c @3'],
  },
]

describe('a broken CSV row costs itself alone:', () => {
  for (const { name, text, events } of brokenCases) {
    it(name, () => {
      const whole = collect(text)
      assert.deepEqual(whole.events, events)
      assert.deepEqual(collect(text, [1]), whole)
      assert.deepEqual(collect(text, [2, 5, 3]), whole)
    })
  }

  it('a header with a million columns makes the file a reject, and is not read further', () => {
    const header = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(',')
    const { events, summary } = collect(`${header}\na,b\n`, [65_536])
    assert.deepEqual(events, ['bad file too-many-columns @1'])
    assert.equal(summary.shape, 'unrecognised')
  })
})
