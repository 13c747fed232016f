import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { Range } from '@/lib/json-positions'
import { highlight, look } from './code-look'

interface CodeEditorProps {
  value: string
  onChange: (value: string) => void
  label: string
  /** What is wrong, underlined. */
  marks: Range[]
  /** Moves the cursor there; a new object each time. */
  jump?: Range
  readOnly?: boolean
}

const fromOutside = Annotation.define<true>()
const setMarks = StateEffect.define<Range[]>()
const wrong = Decoration.mark({ class: 'cm-wrong', attributes: { 'aria-invalid': 'true' } })
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, change) => {
    const set = change.effects.find((effect) => effect.is(setMarks))
    if (!set) return marks.map(change.changes)
    const { length } = change.newDoc
    const ranges = (set.value as Range[])
      .map(({ from, to }) => ({ from: Math.min(from, Math.max(0, length - 1)), to: Math.min(to, length) }))
      .filter(({ from, to }) => from < to)
      .sort((a, b) => a.from - b.from)
    return Decoration.set(
      ranges.map(({ from, to }) => wrong.range(from, to)),
      true,
    )
  },
  provide: (field) => EditorView.decorations.from(field),
})
const wrongLook = EditorView.theme({
  '.cm-wrong': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-content': { caretColor: 'var(--ink)', minHeight: '14rem' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
})

/**
 * JSON to write. In a shadow root, as every CodeMirror here: in the document it would add a style element,
 * which the content security policy refuses. Tab moves on: the keyboard is never caught.
 */
export default function CodeEditor({ value, onChange, label, marks, jump, readOnly }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const change = useRef(onChange)
  // What was written here and has not come back as `value` yet: a page that is slow to draw must not undo what was typed since.
  const written = useRef<string[]>([])
  useEffect(() => {
    change.current = onChange
  })

  useEffect(() => {
    if (!host.current) return
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          indentOnInput(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly ?? false),
          EditorView.contentAttributes.of({
            'aria-label': label,
            'aria-multiline': 'true',
            ...(readOnly ? { 'aria-readonly': 'true' } : {}),
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((each) => each.annotation(fromOutside))) return
            const text = update.state.doc.toString()
            written.current.push(text)
            change.current(text)
          }),
          look,
          wrongLook,
          syntaxHighlighting(highlight),
          json(),
          marked,
        ],
      }),
    })
    view.current = editor
    written.current = []
    return () => {
      view.current = null
      editor.destroy()
    }
    // The text is the editor's own from here on; a new label or mode makes a new editor.
  }, [label, readOnly])

  useEffect(() => {
    const editor = view.current
    const own = written.current.lastIndexOf(value)
    written.current = written.current.slice(own + 1)
    if (own >= 0 || !editor || editor.state.doc.toString() === value) return
    written.current = []
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      annotations: fromOutside.of(true),
    })
  }, [value])
  useEffect(() => {
    view.current?.dispatch({ effects: setMarks.of(marks) })
  }, [marks])
  useEffect(() => {
    const editor = view.current
    if (!editor || !jump) return
    const anchor = Math.min(jump.from, editor.state.doc.length)
    editor.dispatch({ selection: { anchor }, scrollIntoView: true })
    editor.focus()
  }, [jump])
  return <div ref={host} />
}
