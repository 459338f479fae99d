; LAUNCH.COM: runs one DOS program inside DOSBox and tells the host how it went.
; nasm -f bin -o LAUNCH.COM launch.asm; the bytes stand in launch-com.ts, a test assembles this file and compares.
;
; Why not a batch file: a batch file cannot pass "%", "<", ">" or "|", keeps the password on the disk for the whole run, cannot catch stderr
; or direct video, and cannot see that the program waits for a key.
;
; In   C:\LAUNCH.ARG   1 byte drive letter, 15 bytes program path (ASCIIZ), DOS command tail (count, bytes, CR). Deleted once read.
; Out  C:\OUT.TXT      what the program writes to stdout and stderr; on the host as soon as it is written
;      C:\STARTED      stands when the program is about to run
;      C:\KEYWAIT      stands when the program waits for a key
;      C:\SCREEN.TXT   the text screen as it was then, or at the end (direct video, Q112897)
;      C:\RESULT.TXT   one letter and two bytes in hex: P postoffice not seen, N program not seen, X could not be executed + DOS error,
;                      E ended + kind of end (0 normal, 1 Ctrl-C, 2 critical error, 3 resident) + exit code
        org 100h
KEEP    equ 1000h                       ; bytes kept for this program, stack included

start:  cld
        mov sp, KEEP
        mov bx, KEEP / 16
        mov ah, 4ah
        int 21h
        mov dx, n_arg
        mov ax, 3d00h
        int 21h
        jc quit
        mov bx, ax
        mov dx, arg
        mov cx, arg_size
        mov ah, 3fh
        int 21h
        mov ah, 3eh
        int 21h
        mov dx, n_arg
        mov ah, 41h
        int 21h

        mov al, [arg]
        mov [n_mast], al
        mov dx, n_mast
        call exists
        mov al, 'P'
        jc fail
        mov dx, arg.prog
        call exists
        mov al, 'N'
        jc fail

        mov dl, [arg]                   ; the drive's current directory is the postoffice's root (Q95939)
        sub dl, 'A'
        mov ah, 0eh
        int 21h
        mov dx, root
        mov ah, 3bh
        int 21h

        mov dx, n_out                   ; stdout and stderr
        call create
        mov cx, 1
        mov ah, 46h
        int 21h
        inc cx
        mov ah, 46h
        int 21h
        call close
        mov ax, 3                       ; an empty text screen
        int 10h
        mov dx, n_start
        call touch
        call hook

        mov ax, cs
        mov [tail_s], ax
        mov [fcb1_s], ax
        mov [fcb2_s], ax
        mov dx, arg.prog
        mov bx, block
        mov ax, 4b00h
        int 21h
        mov bx, cs                      ; nothing but CS is what it was
        mov ds, bx
        mov es, bx
        cli
        mov ss, bx
        mov sp, KEEP
        sti
        cld
        pushf
        push ax
        call unhook
        pop ax
        popf
        mov dx, 'X'
        jc .told
        mov ah, 4dh
        int 21h
        mov dx, 'E'
.told:  push ax
        push dx
        call dump
        pop ax
        pop dx
        jmp result

fail:   xor dx, dx
; AL letter, DH and DL bytes: writes C:\RESULT.TXT and ends
result: mov [res], al
        mov al, dh
        mov di, res + 1
        call hex
        mov al, dl
        call hex
        mov dx, n_res
        call create
        mov dx, res
        mov cx, 5
        mov ah, 40h
        int 21h
        call close
quit:   mov ax, 4c00h
        int 21h

hex:    aam 16
        xchg al, ah
        call .digit
        mov al, ah
.digit: cmp al, 10
        sbb al, 69h
        das
        stosb
        ret

; DX name: carry when it is not there
exists: mov ax, 4300h
        int 21h
        ret

; DX name: makes the file, BX its handle
create: xor cx, cx
        mov ah, 3ch
        int 21h
        mov bx, ax
        ret

touch:  call create
close:  mov ah, 3eh
        int 21h
        ret

; The text screen, page shown, to C:\SCREEN.TXT
dump:   mov ah, 0fh
        int 10h
        mov si, 0b800h
        cmp al, 7
        je .mono
        cmp al, 3
        ja .done
        jmp .text
.mono:  mov si, 0b000h
.text:  mov dx, n_scr
        call create
        jc .done
        push es
        mov ax, 40h
        mov es, ax
        mov bp, [es:84h]                ; rows - 1
        and bp, 0ffh
        inc bp
        mov cx, [es:4ah]                ; columns
        mov di, [es:4eh]                ; offset of the page shown
        mov es, si
.row:   push cx
        mov si, line
.cell:  mov al, [es:di]
        mov [si], al
        inc si
        inc di
        inc di
        loop .cell
        mov word [si], 0a0dh
        pop cx
        push cx
        inc cx
        inc cx
        mov dx, line
        mov ah, 40h
        int 21h
        pop cx
        dec bp
        jnz .row
        pop es
        call close
.done:  ret

hook:   mov ax, 3521h
        int 21h
        mov [old21], bx
        mov [old21 + 2], es
        mov ax, 3516h
        int 21h
        mov [old16], bx
        mov [old16 + 2], es
        mov dx, isr21
        mov ax, 2521h
        int 21h
        mov dx, isr16
        mov ax, 2516h
        int 21h
        push cs
        pop es
        ret

unhook: push ds
        lds dx, [cs:old21]
        mov ax, 2521h
        int 21h
        lds dx, [cs:old16]
        mov ax, 2516h
        int 21h
        pop ds
        ret

; DOSBox keeps what is written in its own memory until 4 KB are together. A seek by nothing after each write brings it to the host, where the
; watchdog looks for signs of life, and where it still stands after the emulator was killed.
isr21:  push bx
        cmp ah, 40h                     ; write to handle BX
        je .call
        mov bx, 1
        cmp ah, 2                       ; write a character, a string to stdout
        je .call
        cmp ah, 6
        je .call
        cmp ah, 9
        je .call
        pop bx
        jmp far [cs:old21]
.call:  sti
        pushf
        call far [cs:old21]
        push bp
        mov bp, sp                      ; bp, bx, ip, cs, flags
        jc .bad
        and byte [bp + 8], 0feh
        push ax
        push cx
        push dx
        xor cx, cx
        xor dx, dx
        mov ax, 4201h
        pushf
        call far [cs:old21]
        pop dx
        pop cx
        pop ax
        jmp .ret
.bad:   or byte [bp + 8], 1
.ret:   pop bp
        pop bx
        iret

; A wait for a key that is not there. Nobody will press one.
isr16:  test ah, 0efh                   ; functions 00h and 10h
        jnz .go
        push ax
        or ah, 1
        pushf
        call far [cs:old16]
        pop ax
        jnz .go
        call mark
.go:    jmp far [cs:old16]

mark:   cmp byte [cs:marked], 0
        jne .ret
        inc byte [cs:marked]
        push ax
        push bx
        push cx
        push dx
        push si
        push di
        push bp
        push ds
        push es
        push cs
        pop ds
        push cs
        pop es
        mov ah, 62h
        int 21h
        push bx
        mov bx, cs                      ; own handles, not the program's
        mov ah, 50h
        int 21h
        call dump
        mov dx, n_key
        call touch
        pop bx
        mov ah, 50h
        int 21h
        pop es
        pop ds
        pop bp
        pop di
        pop si
        pop dx
        pop cx
        pop bx
        pop ax
.ret:   ret

n_arg   db 'C:\LAUNCH.ARG', 0
n_out   db 'C:\OUT.TXT', 0
n_start db 'C:\STARTED', 0
n_key   db 'C:\KEYWAIT', 0
n_scr   db 'C:\SCREEN.TXT', 0
n_res   db 'C:\RESULT.TXT', 0
n_mast  db 'M:\GLB\MASTER.GLB', 0
root    db '\', 0
marked  db 0
fcb     times 16 db 0
block   dw 0                            ; EXEC: the environment as it is, tail, two empty FCBs
        dw arg.tail
tail_s  dw 0
        dw fcb
fcb1_s  dw 0
        dw fcb
fcb2_s  dw 0

section .bss
old21   resw 2
old16   resw 2
res     resb 5
line    resb 160 + 2
arg     resb 1
.prog   resb 15
.tail   resb 128
arg_size equ $ - arg
