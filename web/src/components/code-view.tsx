import { json } from '@codemirror/lang-json'
import { codeFolding, foldGutter, syntaxHighlighting } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { highlight, look } from './code-look'

interface CodeViewProps {
  text: string
  json: boolean
  label: string
}

/**
 * Read-only code with folding. It lives in a shadow root because CodeMirror then takes constructed style
 * sheets; in the document it would add a style element, which the content security policy refuses.
 */
export default function CodeView({ text, json: isJson, label }: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!host.current) return
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          codeFolding(),
          foldGutter(),
          drawSelection(),
          EditorView.lineWrapping,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
          look,
          syntaxHighlighting(highlight),
          ...(isJson ? [json()] : []),
        ],
      }),
    })
    return () => view.destroy()
  }, [text, isJson, label])
  return <div ref={host} />
}
