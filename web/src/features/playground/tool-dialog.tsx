import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input, Textarea } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { exampleTool, isToolName, readToolSchema } from './data/settings'
import type { Tool } from './data/types'

interface ToolDialogProps {
  tool: Tool | undefined
  taken: string[]
  onClose: () => void
  onSave: (tool: Tool) => void
}

/** A new tool begins as an example that works: it is quicker to change one than to recall the shape. */
export function ToolDialog({ tool, taken, onClose, onSave }: ToolDialogProps) {
  const { t } = useI18n()
  const start = tool ?? exampleTool
  const [name, setName] = useState(start.name)
  const [description, setDescription] = useState(start.description)
  const [source, setSource] = useState(() => JSON.stringify(start.parameters, null, 2))
  const parameters = readToolSchema(source)
  const named = isToolName(name, taken)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={tool ? t('play.editTool', { name: tool.name }) : t('play.addTool')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="tool-form" variant="primary" disabled={!named || !parameters}>
            {t('play.saveTool')}
          </Button>
        </>
      }
    >
      <form
        id="tool-form"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          // Portals keep React's tree: the page's own form must not take this for its own.
          event.stopPropagation()
          if (named && parameters) onSave({ name, description, parameters })
        }}
      >
        <Field label={t('play.toolName')} error={named ? undefined : t('play.toolNameWrong')}>
          {(control) => (
            <Input
              {...control}
              value={name}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
              className="font-mono text-xs"
            />
          )}
        </Field>
        <Field label={t('play.toolDescription')} optional={t('common.optional')}>
          {(control) => (
            <Input
              {...control}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('play.toolSchema')} error={parameters ? undefined : t('play.toolSchemaWrong')}>
          {(control) => (
            <Textarea
              {...control}
              value={source}
              spellCheck={false}
              onChange={(event) => setSource(event.target.value)}
              className="min-h-56 font-mono text-xs"
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
