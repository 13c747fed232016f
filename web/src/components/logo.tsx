import { cn } from '@/lib/cn'

export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={cn('size-7 shrink-0', className)} aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-[#0f766e]" />
      <path
        d="M5 16c3-5.2 6.7-7.8 11-7.8S24 10.8 27 16c-3 5.2-6.7 7.8-11 7.8S8 21.2 5 16Z"
        className="fill-none stroke-[#fff]"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
      <path
        d="M10 16h3l1.7-3.6 2.6 7.2L19 16h3"
        className="fill-none stroke-[#99f6e4]"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

export function Logo() {
  return (
    <span className="flex items-center gap-2.5">
      <LogoMark />
      <span className="text-base font-semibold tracking-tight">ThinkWatch</span>
    </span>
  )
}
