//! A stand-in for `systemctl --user`, which no machine without a login session can play.

/// Keeps its state as files in `$STAND_IN`: `calls`, `active`, `enabled`. With a file `silent` it answers as
/// where no manager runs; with a file `fails` the command in it fails.
pub(crate) const STAND_IN: &str = r#"#!/bin/sh
echo "$*" >>"$STAND_IN/calls"
if [ -e "$STAND_IN/silent" ]; then
    echo "Failed to connect to bus: No medium found" >&2
    exit 1
fi
shift 3
if [ -e "$STAND_IN/fails" ] && [ "$(cat "$STAND_IN/fails")" = "$1" ]; then
    echo "no $1 today" >&2
    exit 1
fi
state() { if [ -e "$STAND_IN/$1" ]; then echo "$2"; else echo "$3"; fi; }
case "$*" in
    "show --property=Version") echo "Version=252" ;;
    show\ *)
        echo "ActiveState=$(state active active inactive)"
        echo "UnitFileState=$(state enabled enabled disabled)"
        ;;
    daemon-reload) ;;
    enable\ *)
        mkdir -p "$UNITS/timers.target.wants" && ln -sf "$UNITS/$2" "$UNITS/timers.target.wants/$2"
        touch "$STAND_IN/enabled"
        ;;
    restart\ *) touch "$STAND_IN/active" ;;
    disable\ *) rm -f "$UNITS/timers.target.wants/$3" "$STAND_IN/active" "$STAND_IN/enabled" ;;
    list-timers\ *) echo '[{"next":1795356000000000,"left":1,"last":1795355700000000,"passed":1}]' ;;
    *) echo "what is $*" >&2 && exit 1 ;;
esac
"#;
