import { useMutation, useQuery } from '@tanstack/react-query'
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { DiffView } from '@/components/diff-view'
import { FormError } from '@/components/states'
import { Badge, type Tone } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Textarea } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { toApiError } from '@/lib/api/problem'
import { importRoles, rolesQuery, type ImportedRole, type RoleFile } from '@/lib/api/roles'
import { diffJson } from '@/lib/line-diff'

interface ImportDialogProps {
  onClose: () => void
  onImported: () => Promise<unknown>
}

const tones: Record<string, Tone> = { created: 'ok', updated: 'info' }

/** A file of roles: the server says first what would come of it, then all of it is done or nothing. */
export function ImportDialog({ onClose, onImported }: ImportDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const picker = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [broken, setBroken] = useState(false)
  const [file, setFile] = useState<RoleFile>()
  const preview = useMutation({ mutationFn: (roles: RoleFile) => importRoles(roles, true) })
  const apply = useMutation({
    mutationFn: (roles: RoleFile) => importRoles(roles, false),
    onSuccess: async (reply) => {
      await onImported()
      toast.success(t('roles.imported', { n: reply.results.length }))
      onClose()
    },
  })
  const read = (source: string) => {
    preview.reset()
    setFile(undefined)
    try {
      const roles = JSON.parse(source) as RoleFile
      setBroken(false)
      setFile(roles)
      preview.mutate(roles)
    } catch {
      setBroken(true)
    }
  }
  const error = apply.error ?? preview.error
  const fields = error ? Object.entries(toApiError(error).problem.errors ?? {}) : []
  const changes = preview.data?.results.filter((each) => each.status !== 'unchanged').length ?? 0

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('roles.import')}
      description={t('roles.importHint')}
      size="lg"
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          {preview.data && file ? (
            <Button
              variant="primary"
              busy={apply.isPending}
              disabled={changes === 0}
              onClick={() => apply.mutate(file)}
            >
              {t('roles.importNow', { n: changes })}
            </Button>
          ) : (
            <Button
              variant="primary"
              busy={preview.isPending}
              disabled={!text.trim()}
              onClick={() => read(text)}
            >
              {t('roles.preview')}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-4">
        {!preview.data && (
          <>
            <div>
              <input
                ref={picker}
                type="file"
                accept="application/json,.json"
                aria-label={t('roles.file')}
                className="sr-only"
                tabIndex={-1}
                onChange={async (event) => {
                  const source = (await event.target.files?.[0]?.text()) ?? ''
                  setText(source)
                  if (source) read(source)
                }}
              />
              <Button onClick={() => picker.current?.click()}>
                <FileUp aria-hidden />
                {t('roles.chooseFile')}
              </Button>
            </div>
            <Field label={t('roles.orPaste')} error={broken ? t('roles.fault.json') : undefined}>
              {(control) => (
                <Textarea
                  {...control}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  spellCheck={false}
                  className="min-h-48 font-mono text-xs"
                />
              )}
            </Field>
          </>
        )}
        {preview.data && file && <Preview results={preview.data.results} file={file} />}
        {fields.length > 0 ? (
          <div role="alert">
            <ul className="grid gap-1 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
              {fields.map(([field, said]) => (
                <li key={field} className="break-words">
                  <code className="text-xs">{field}</code> {said.join(' ')}
                </li>
              ))}
            </ul>
          </div>
        ) : (
          <FormError error={error} />
        )}
      </div>
    </Dialog>
  )
}

function Preview({ results, file }: { results: ImportedRole[]; file: RoleFile }) {
  const { t } = useI18n()
  const roles = useQuery(rolesQuery)
  return (
    <ul className="grid gap-3" aria-label={t('roles.preview')}>
      {results.map((result) => {
        const after = file.roles?.[result.index]
        const now = roles.data?.items.find((each) => each.name === result.name)
        const before = now && {
          name: now.name,
          display_name: now.display_name,
          description: now.description,
          policy: now.policy,
        }
        return (
          <li key={result.index} className="grid gap-2">
            <p className="flex items-center gap-2 text-sm">
              <Badge tone={tones[result.status] ?? 'neutral'}>
                {t(`roles.import.${result.status}` as MessageKey)}
              </Badge>
              <span className="font-mono text-xs">{result.name}</span>
            </p>
            {result.status === 'updated' && after && roles.data && (
              <DiffView
                lines={diffJson(before, { ...after, policy: after.policy })}
                label={t('roles.changesTo', { name: result.name })}
              />
            )}
          </li>
        )
      })}
    </ul>
  )
}
