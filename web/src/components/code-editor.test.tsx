// @vitest-environment jsdom
import { EditorView } from '@codemirror/view'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import CodeEditor from './code-editor'

afterEach(cleanup)

function open(value: string) {
  const onChange = vi.fn()
  const editorOf = (text: string) => <CodeEditor value={text} onChange={onChange} label="Policy" marks={[]} />
  const { container, rerender } = render(editorOf(value))
  const editor = EditorView.findFromDOM(
    container.querySelector('div')!.shadowRoot!.querySelector('.cm-editor')!,
  )!
  const write = (text: string) =>
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  return {
    write,
    text: () => editor.state.doc.toString(),
    draw: (text: string) => rerender(editorOf(text)),
    onChange,
  }
}

it('keeps what was typed while the page was still drawing what came before', () => {
  const { write, text, draw } = open('{}')
  write('')
  write('{ "a": 1 }')
  draw('')
  expect(text()).toBe('{ "a": 1 }')
  draw('{ "a": 1 }')
  expect(text()).toBe('{ "a": 1 }')
})

it('takes a text from outside, and does not tell it back', () => {
  const { write, text, draw, onChange } = open('{}')
  write('{ "a": 1 }')
  draw('{ "a": 1 }')
  onChange.mockClear()
  draw('{}')
  expect(text()).toBe('{}')
  expect(onChange).not.toHaveBeenCalled()
  draw('{ "a": 1 }')
  expect(text()).toBe('{ "a": 1 }')
})
