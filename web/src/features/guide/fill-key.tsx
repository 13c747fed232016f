import { useMutation } from '@tanstack/react-query'
import { Timer } from 'lucide-react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useI18n } from '@/i18n'
import { ephemeralKey } from '@/lib/api/keys'

/** A key for the settings below: one's own, or one of fifteen minutes to try them with. */
export function FillKey({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const { t, f } = useI18n()
  const make = useMutation({ mutationFn: ephemeralKey, onSuccess: ({ key }) => onChange(key) })
  const made = make.data?.key === value ? make.data : undefined
  return (
    <div className="grid gap-2">
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_auto]">
        <Field
          label={t('guide.key')}
          optional={t('common.optional')}
          hint={made ? t('guide.filled', { time: f.clock(made.expires_at) }) : t('guide.keyHint')}
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              value={value}
              placeholder="tw-…"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onChange(event.target.value.trim())}
              className="font-mono"
            />
          )}
        </Field>
        <Button className="sm:mt-6.5" busy={make.isPending} onClick={() => make.mutate()}>
          {!make.isPending && <Timer aria-hidden />}
          {t('guide.fill')}
        </Button>
      </div>
      <FormError error={make.error} />
    </div>
  )
}
