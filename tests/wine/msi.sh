#!/usr/bin/env bash
# Installs, repairs, upgrades, downgrades and removes the MSI in wine, in a Windows of its own under
# target/wine-msi, and looks at every file, registry value and shortcut.
#
#   tests/wine/msi.sh [FOLDER OF THE PROGRAMS | --stand-ins]
#
# The programs are taken from where `scripts/build-windows --release` puts them; if there are none, or
# with --stand-ins, from stand_in.c. The second version is a copy that says so. Each check is a line;
# the last line is `N passed, N failed, N skipped`, and the exit code is 0 only when nothing failed.
#
# wine is no Windows: what it cannot show stands in docs/windows-smoke.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/wine-msi
programs=$target/windows/x86_64-pc-windows-gnu/release
stand_ins=no
case ${1:-} in
    --stand-ins) stand_ins=yes ;;
    -*)
        echo "usage: tests/wine/msi.sh [FOLDER OF THE PROGRAMS | --stand-ins]" >&2
        exit 2
        ;;
    ?*) programs=$(realpath "$1") ;;
    *) [ -s "$programs/shimkeeper-tray.exe" ] || stand_ins=yes ;;
esac

export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=d'
unset WAYLAND_DISPLAY SHIMKEEPER_HOME
c=$WINEPREFIX/drive_c
passed=0 failed=0 skipped=0
run_key='HKCU\Software\Microsoft\Windows\CurrentVersion\Run'
toast_key='HKCU\Software\Classes\AppUserModelId\Shimkeeper.Tray'
own_key='HKCU\Software\Shimkeeper'

main() {
    local missing=() program
    for program in wine wineserver x86_64-w64-mingw32-gcc x86_64-w64-mingw32-windres Xvfb python3; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "SKIPPED: the MSI in wine: not installed: ${missing[*]}"
        echo "0 passed, 0 failed, 1 skipped"
        return 0
    fi
    mkdir -p "$work"
    end_windows
    rm -rf "$WINEPREFIX" "$work/one" "$work/two" "$work/packages"
    trap end_windows EXIT
    make_programs
    if ! make_packages; then
        echo "FAILED: both packages are built"
        echo "0 passed, 1 failed, 0 skipped"
        return 1
    fi
    start_windows
    # What others have in the same places.
    reg add "$run_key" /v Other /d other.exe /f
    reg add 'HKCU\Environment' /v PATH /d 'C:\mine' /f
    remember before

    say "first install"
    check "installs without a question" msi /i "$one"
    look_at_everything "$work/one"
    if installer_knows MsiShortcutProperty; then
        check "the shortcut carries the tray's name" shortcut_has_name
    else
        skip "the shortcut carries the tray's name" "wine's installer knows no properties of shortcuts"
    fi
    check "the tray is not started by an install" stays no_tray_runs
    check "PATH has the folder" path_has_folder

    say "repair"
    rm "$folder/shimkeeper.exe" "$folder/README.md" "$menu/Shimkeeper.lnk"
    reg delete "$run_key" /v Shimkeeper /f
    # What `msiexec /fomus` does; wine takes the long form only.
    check "repairs without a question" msi /i "$one" REINSTALL=ALL REINSTALLMODE=omus
    look_at_everything "$work/one"

    say "upgrade beside a running tray"
    write_what_the_user_has
    check "the tray starts" start_tray
    local old_tray=$tray
    check "upgrades in place without a question" msi /i "$two"
    check "the tray was asked to end and ended well" ended_well "$old_tray"
    look_at_everything "$work/two"
    check "the old version is not listed any more" listed_versions 1
    check "PATH has the folder" path_has_folder
    check "the tray runs again, in the new version" soon tray_runs_from "$folder"
    check "configuration and logs are as they were" what_the_user_has_is_there

    say "downgrade"
    check "an older version is refused" refused /i "$one"
    check "because a newer one is there" grep -q 'WIX_DOWNGRADE_DETECTED = {' "$work/refused.log"
    check "the newer programs are still there" same_programs "$work/two"
    check "one version is listed" listed_versions 1

    say "removal beside a running tray"
    check "the tray runs before it" soon tray_runs_from "$folder"
    # What a program of ours may leave where it works.
    mkdir -p "$state/leases"
    reg add "$toast_key" /v Other /d "written by the program" /f
    check "removes without a question" msi /x "$two"
    check "the tray has ended" soon no_tray_runs
    check "configuration and logs are as they were" what_the_user_has_is_there
    check "nothing else of ours lies on the disk" only_what_the_user_has
    nothing_is_left

    say "without the optional parts"
    check "installs the main part alone" msi /i "$one" ADDLOCAL=Main
    check "the programs are there" same_programs "$work/one"
    check "no value starts the tray at login" lacks "$run_key" Shimkeeper
    check "PATH lacks the folder" lacks_folder_in_path
    check "an upgrade is made" msi /i "$two"
    check "the upgrade adds no start at login" lacks "$run_key" Shimkeeper
    if installer_knows MigrateFeatureStates; then
        check "the upgrade adds nothing to PATH" lacks_folder_in_path
    else
        skip "the upgrade adds nothing to PATH" "wine's installer does not carry the chosen features over"
    fi
    check "the upgrade starts no tray" stays no_tray_runs
    check "removes without a question" msi /x "$two"
    nothing_is_left

    say "one optional part"
    check "installs with PATH alone" msi /i "$one" ADDLOCAL=Main,Path
    check "the programs are there" same_programs "$work/one"
    check "PATH has the folder" path_has_folder
    check "no value starts the tray at login" lacks "$run_key" Shimkeeper
    # As the tray's menu does it.
    reg add "$run_key" /v Shimkeeper /d "\"$(windows_path "$folder/shimkeeper-tray.exe")\" --autostart" /f
    check "removes without a question" msi /x "$one"
    check "a start at login that the program wrote is taken back, too" lacks "$run_key" Shimkeeper
    nothing_is_left

    say "a start at login that the user has switched off"
    check "installs without a question" msi /i "$one"
    reg delete "$run_key" /v Shimkeeper /f
    check "an upgrade is made" msi /i "$two"
    check "the upgrade does not switch it on" lacks "$run_key" Shimkeeper
    check "the upgrade starts no tray" stays no_tray_runs
    check "removes without a question" msi /x "$two"
    nothing_is_left

    say "a folder with spaces"
    folder="$c/my own tools/Shimkeeper"
    check "installs into it" msi /i "$one" "APPLICATIONFOLDER=C:\\my own tools\\Shimkeeper"
    check "the programs are there" same_programs "$work/one"
    check "the value at login is quoted" has "$run_key" Shimkeeper \
        '"C:\my own tools\Shimkeeper\shimkeeper-tray.exe" --autostart'
    check "the tray starts" start_tray
    old_tray=$tray
    check "an upgrade is made" msi /i "$two"
    check "the tray was asked to end and ended well" ended_well "$old_tray"
    check "the upgrade found the folder" same_programs "$work/two"
    check "nothing was put into the usual folder" test ! -e "$local/Programs/Shimkeeper"
    check "the tray runs again, in the new version" soon tray_runs_from "$folder"
    check "removes without a question" msi /x "$two"
    check "the tray has ended" soon no_tray_runs
    check "the folder is gone" test ! -e "$folder"
    nothing_is_left

    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    # It is large; after a failure somebody may want to look into it.
    [ "$failed" -gt 0 ] || { end_windows && rm -rf "$WINEPREFIX" "$work/one" "$work/two" "$work/packages"; }
    [ "$failed" -eq 0 ]
}

look_at_everything() {
    local name
    check "both programs are there" same_programs "$1"
    for name in README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md LICENSE-MIT LICENSE-APACHE \
        docs/*.md assets/screenshots/*.png; do
        check "$name is there" cmp "$name" "$folder/$name"
    done
    check "the server's starter is there" cmp assets/start-exai-mcp.cmd "$folder/start-exai-mcp.cmd"
    check "the icon of toasts is there" cmp assets/icons/app-64.png "$folder/shimkeeper.png"
    check "every link of the pages leads to a page" python3 packaging/links.py "$folder"
    check "no other file is there" test "$(find "$folder" -type f | wc -l)" -eq 23
    check "the start menu has the shortcut" test -s "$menu/Shimkeeper.lnk"
    check "the shortcut leads to the tray" shortcut_has_text "$(windows_path "$folder/shimkeeper-tray.exe")"
    check "the value at login is quoted" has "$run_key" Shimkeeper \
        "\"$(windows_path "$folder/shimkeeper-tray.exe")\" --autostart"
    check "toasts have a name" has "$toast_key" DisplayName Shimkeeper
    check "toasts have an icon" icon_of_toasts
    check "the installer remembers its folder" has "$own_key\\Installer" Folder "$(windows_path "$folder")\\"
    check "the list of programs has it" listed_versions 1
    check "the list of programs has its icon" icon_of_entry
    check "the list of programs has its folder" entry_has InstallLocation "$(windows_path "$folder")\\"
    check "the list of programs has no button that does nothing" entry_has NoModify 0x1
    check "nothing of it was written for all users" not_for_all_users
}

nothing_is_left() {
    check "no folder of the programs is left" test ! -e "$local/Programs"
    check "no shortcut is left" no_shortcut
    check "no registry key of ours is left" no_key
    check "nothing is left in PATH" lacks_folder_in_path
    check "the user's registry is as it was" registry_as_before
    check "no version is listed" listed_versions 0
}

# --- programs and packages -------------------------------------------------------------------------

make_programs() {
    local version=0.1.0 name
    mkdir -p "$work/one" "$work/two"
    if [ "$stand_ins" = yes ]; then
        echo "programs: stand-ins"
        for name in shimkeeper shimkeeper-tray; do
            printf '1 VERSIONINFO\nFILEVERSION 0,1,0,0\nPRODUCTVERSION 0,1,0,0\nBEGIN\nEND\n' |
                x86_64-w64-mingw32-windres -o "$work/version.o"
            x86_64-w64-mingw32-gcc -O1 -s -mwindows -o "$work/one/$name.exe" tests/wine/stand_in.c "$work/version.o"
        done
    else
        echo "programs: $programs"
        cp "$programs/shimkeeper.exe" "$programs/shimkeeper-tray.exe" "$work/one"
        version=$(python3 packaging/exe_version.py "$work/one/"*.exe)
        version=${version%.*}
    fi
    cp "$work/one/"*.exe "$work/two"
    first=$version
    second=${version%%.*}.$(($(cut -d . -f 2 <<<"$version") + 1)).0
    python3 packaging/exe_version.py --set "$second.0" "$work/two/"*.exe
}

make_packages() {
    scripts/build-msi --version "$first" --out "$work/packages" "$work/one" >"$work/build.log" 2>&1 &&
        scripts/build-msi --version "$second" --out "$work/packages" "$work/two" >>"$work/build.log" 2>&1 || {
        cat "$work/build.log"
        return 1
    }
    one=$work/packages/shimkeeper-$first-x64.msi
    two=$work/packages/shimkeeper-$second-x64.msi
}

# --- the Windows of its own ------------------------------------------------------------------------

start_windows() {
    Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
    screen=$!
    soon test -s "$work/display"
    DISPLAY=:$(cat "$work/display")
    export DISPLAY
    timeout 120 wineboot -i >/dev/null 2>&1
    # Rust's library asks for it, and old wines lack it.
    if [ ! -e "$c/windows/system32/bcryptprimitives.dll" ]; then
        x86_64-w64-mingw32-gcc -shared -o "$c/windows/system32/bcryptprimitives.dll" \
            tests/wine/bcryptprimitives.c -ladvapi32
    fi
    local=$(unix_path "$(windows_variable LOCALAPPDATA)")
    local roaming
    roaming=$(unix_path "$(windows_variable APPDATA)")
    folder=$local/Programs/Shimkeeper
    menu="$roaming/Microsoft/Windows/Start Menu/Programs"
    state=$local/shimkeeper/data
    config=$roaming/shimkeeper/config/config.toml
    log=$state/logs/shimkeeper.2020-01-01.log
}

end_windows() {
    if [ -d "$WINEPREFIX" ]; then
        wineserver -k 2>/dev/null || true
        timeout 20 wineserver -w 2>/dev/null || true
    fi
    [ -z "${screen:-}" ] || kill "$screen" 2>/dev/null || true
    screen=''
}

windows() {
    timeout 120 wine "$@" 2>/dev/null </dev/null | tr -d '\r'
}

windows_variable() {
    windows cmd /c "echo %$1%"
}

unix_path() {
    sed -e "s#^C:#$c#" -e 's#\\#/#g' <<<"$1"
}

windows_path() {
    sed -e "s#^$c#C:#" -e 's#/#\\#g' <<<"$1"
}

reg() {
    windows reg "$@" >/dev/null
}

# Calls the installer without its windows; a log is written beside the packages.
msi() {
    local log=$work/last.log
    rm -f "$log"
    timeout 300 wine msiexec "$1" "$(windows_z "$2")" "${@:3}" /qn /l*v "$(windows_z "$log")" >/dev/null 2>&1
}

windows_z() {
    sed -e 's#^#Z:#' -e 's#/#\\#g' <<<"$1"
}

refused() {
    if msi "$@"; then return 1; fi
    # Logs are in the tongue of Windows: two bytes a character.
    tr -d '\0' <"$work/last.log" >"$work/refused.log"
}

# --- the tray --------------------------------------------------------------------------------------

# Its process on this side ends with the code with which it ends on that side.
start_tray() {
    rm -f "$state/tray.lock"
    wine "$folder/shimkeeper-tray.exe" --autostart >/dev/null 2>&1 &
    tray=$!
    soon test -e "$state/tray.lock" && sleep 1 && kill -0 "$tray"
}

ended_well() {
    ! kill -0 "$1" 2>/dev/null && wait "$1"
}

trays() {
    local process words
    for process in /proc/[0-9]*; do
        words=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
        case $words in
            *shimkeeper-tray.exe*)
                if tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qx "WINEPREFIX=$WINEPREFIX"; then
                    echo "$words"
                fi
                ;;
        esac
    done
}

no_tray_runs() {
    [ -z "$(trays)" ]
}

tray_runs_from() {
    trays | grep -qF "$(windows_path "$1")\\shimkeeper-tray.exe"
}

# --- what is looked at -----------------------------------------------------------------------------

same_programs() {
    cmp "$1/shimkeeper.exe" "$folder/shimkeeper.exe" && cmp "$1/shimkeeper-tray.exe" "$folder/shimkeeper-tray.exe"
}

value() {
    windows reg query "$1" /v "$2" | sed -n "s/^ *$2 *REG_[A-Z_]* *//p"
}

has() {
    local found
    found=$(value "$1" "$2")
    [ "$found" = "$3" ] || { echo "it is: $found" && return 1; }
}

lacks() {
    [ -z "$(value "$1" "$2")" ]
}

# The program may have written its own, which shows the same picture.
icon_of_toasts() {
    local icon
    icon=$(unix_path "$(value "$toast_key" IconUri)")
    [ -s "$icon" ]
}

path_has_folder() {
    local path
    path=$(value 'HKCU\Environment' PATH | tr ';' '\n')
    echo "$path"
    grep -qxF 'C:\mine' <<<"$path" && [ "$(grep -cxF "$(windows_path "$folder")\\" <<<"$path")" -eq 1 ]
}

lacks_folder_in_path() {
    local path
    path=$(value 'HKCU\Environment' PATH | tr ';' '\n')
    echo "$path"
    grep -qxF 'C:\mine' <<<"$path" && ! grep -qi shimkeeper <<<"$path"
}

listed_versions() {
    [ "$(windows uninstaller --list | grep -c '|||Shimkeeper$')" -eq "$1" ]
}

# What wine does not know it skips; then its library does not even name it.
installer_knows() {
    python3 -c 'import pathlib, sys
library = pathlib.Path(sys.argv[1]).read_bytes()
sys.exit(sys.argv[2].encode("utf-16-le") not in library)' "$c/windows/system32/msi.dll" "$1"
}

icon_of_entry() {
    local icon
    icon=$(unix_path "$(windows reg query 'HKCU\Software\Microsoft\Installer\Products' /s |
        sed -n 's/^ *ProductIcon *REG_SZ *//p')")
    cmp assets/icons/app.ico "$icon"
}

entry_has() {
    local key
    key=$(windows reg query 'HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall' | grep -o '{.*}$')
    has "HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\\$key" "$1" "$2"
}

not_for_all_users() {
    ! windows reg query 'HKLM\Software\Classes\AppUserModelId' | grep -q Shimkeeper &&
        lacks 'HKLM\Software\Microsoft\Windows\CurrentVersion\Run' Shimkeeper &&
        [ -z "$(find "$c/ProgramData" "$c/Program Files" -iname '*shimkeeper*')" ]
}

# The property System.AppUserModel.ID: its format, its number, and a text of that length.
shortcut_has_name() {
    python3 - "$menu/Shimkeeper.lnk" <<'PYTHON'
import pathlib, struct, sys, uuid

link = pathlib.Path(sys.argv[1]).read_bytes()
name = "Shimkeeper.Tray\0"
form = uuid.UUID("9F4C2855-9F79-4B39-A8D0-E1D42DE1D5F3").bytes_le
at = link.find(form)
assert at >= 0, "no such format"
number, text_kind = 5, 31
size, found, _, kind, length = struct.unpack_from("<IIBII", link, at + len(form))
assert (found, kind, length) == (number, text_kind, len(name)), (found, kind, length)
text = link[at + len(form) + 17 :][: 2 * len(name)].decode("utf-16-le")
assert text == name, text
PYTHON
}

shortcut_has_text() {
    python3 -c '
import pathlib, sys
link, text = pathlib.Path(sys.argv[1]).read_bytes(), sys.argv[2]
sys.exit(not (text.encode() in link or text.encode("utf-16-le") in link))' "$menu/Shimkeeper.lnk" "$1"
}

no_shortcut() {
    [ -z "$(find "$c/users" "$c/ProgramData" -iname '*shimkeeper*.lnk')" ]
}

no_key() {
    local key
    for key in "$own_key" "$toast_key"; do
        ! timeout 60 wine reg query "$key" >/dev/null 2>&1 || { echo "$key" && return 1; }
    done
    lacks "$run_key" Shimkeeper
}

# The whole of it as text, without what wine keeps for itself: two semicolons in PATH where a part was
# taken out, the empty keys of its installer, and what it notes of its desktop.
remember() {
    rm -f "$work/$1.reg"
    windows reg export HKCU "$(windows_z "$work/$1.reg")" /y >/dev/null
    # wine puts the colours of its theme there, and takes them away, whenever a desktop of its own comes up.
    iconv -f UTF-16 -t UTF-8 "$work/$1.reg" | tr -d '\r' |
        awk '/^\[/ { ours = $0 !~ /\\Control Panel\\Colors\]$/ } ours' | grep -vE \
        -e '^"PATH"=' -e '^$' -e '^\[HKEY_CURRENT_USER\\Software\\Wine\\' -e '^\[HKEY_CURRENT_USER\\Software\\Microsoft\\Installer(\\[A-Za-z]+)?\]$' >"$work/$1.txt"
}

registry_as_before() {
    remember after
    diff "$work/before.txt" "$work/after.txt"
}

write_what_the_user_has() {
    mkdir -p "$(dirname "$config")" "$(dirname "$log")"
    echo '# mine' >"$config"
    echo 'a line' >"$log"
}

what_the_user_has_is_there() {
    [ "$(cat "$config")" = '# mine' ] && [ "$(cat "$log")" = 'a line' ]
}

only_what_the_user_has() {
    local found
    found=$(find "$c" -ipath '*shimkeeper*' -type f ! -path "$(dirname "$log")/*" ! -path "$config"
        find "$local/shimkeeper" -type d ! -path "$(dirname "$log")" ! -path "$state" ! -path "$local/shimkeeper")
    [ -z "$found" ] || { echo "$found" && return 1; }
}

# --- counting --------------------------------------------------------------------------------------

say() {
    printf '\n-- %s\n' "$1"
}

# Runs in this shell, for what a check remembers; what it prints is shown only if it fails.
check() {
    local status=0
    "${@:2}" >"$work/check" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok: $1"
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        sed 's/^/    /' "$work/check" | head -n 20
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "SKIPPED: $1: $2"
}

# Within ten seconds.
soon() {
    local try
    for try in $(seq 100); do
        "$@" && return
        sleep 0.1
    done
    return 1
}

# Also after two seconds.
stays() {
    "$@" && sleep 2 && "$@"
}

main
