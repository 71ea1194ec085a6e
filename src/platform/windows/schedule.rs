//! The scheduled cleanup as a task of the Task Scheduler, made and removed by `schtasks`.
//!
//! What it is now is read from the file in which the scheduler keeps the task: there a path keeps the
//! letters which `schtasks` would print in those of a terminal, and nobody's language matters.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::split;
use super::autostart::is_same_file;
use super::pipe::sid;
use super::small_program::{DOING, output_of};
use super::task_xml::{self as xml, Task};
use crate::core::{mask, wording};
use crate::platform::files;
use crate::platform::schedule::{Change, EnableError, Job, Runs, Schedule};

pub(crate) const STEP: Duration = Duration::from_mins(1);
pub(crate) const PROGRAM: &str = "shimkeeper-tray.exe";
pub(crate) const WORD: &str = "--cleanup";

/// The task's name, in no folder: `schtasks` cannot remove an empty one.
const NAME: &str = "Shimkeeper cleanup";

const PROGRAM_OF_THE_SYSTEM: &str = "schtasks.exe";

pub(crate) fn status(program: &Path) -> io::Result<Schedule> {
    read(NAME)?.map_or(Ok(Schedule::Off), |task| judge(&task, program))
}

fn judge(task: &Task, program: &Path) -> io::Result<Schedule> {
    let mut words = vec![task.command.trim_matches('"').to_owned()];
    words.extend(split(task.arguments.encode_utf16().collect())?);
    let command = mask::command_line(&words);
    Ok(match task.every {
        _ if !is_same_file(Path::new(&words[0]), program) => Schedule::Elsewhere { command },
        Some(every) if task.enabled => Schedule::On { every, command },
        Some(_) | None => Schedule::Stopped,
    })
}

fn read(name: &str) -> io::Result<Option<Task>> {
    match fs::read(kept_in(name)) {
        Ok(bytes) => xml::parse(&bytes).map(Some).ok_or_else(|| ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Not ours to read: made by an administrator in our name, perhaps.
        Err(error) => match output_of(PROGRAM_OF_THE_SYSTEM, &["/Query", "/TN", name, "/XML"], DOING) {
            Ok(text) => xml::parse(text.as_bytes()).map(Some).ok_or(error),
            Err(_) => Err(error),
        },
    }
}

fn kept_in(name: &str) -> PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    Path::new(&root).join(r"System32\Tasks").join(name)
}

pub(crate) fn runs() -> Runs {
    let told = output_of(PROGRAM_OF_THE_SYSTEM, &["/Query", "/TN", NAME, "/FO", "CSV", "/NH", "/V"], DOING);
    told.map(|told| runs_in(&told)).unwrap_or_default()
}

/// The columns keep their places in every language; what stands in them is the user's. Without a date
/// it is a word such as "N/A".
fn runs_in(told: &str) -> Runs {
    const NEXT: usize = 2;
    const LAST: usize = 5;
    let row = told.lines().find(|line| line.starts_with('"')).unwrap_or_default();
    let columns: Vec<&str> = row.trim().trim_matches('"').split("\",\"").collect();
    let said = |place: usize| {
        let told = columns.get(place).filter(|told| told.contains(|c: char| c.is_ascii_digit()))?;
        Some((*told).to_owned())
    };
    // What has not run yet carries a day of the last century.
    let last = said(LAST).filter(|told| !told.contains("1999"));
    Runs { last, next: said(NEXT) }
}

pub(crate) fn enable(job: &Job) -> Result<Change, EnableError> {
    Ok(enable_as(NAME, job)?)
}

fn enable_as(name: &str, job: &Job) -> io::Result<Change> {
    let wanted = task_of(job)?;
    if read(name).is_ok_and(|there| there.as_ref() == Some(&wanted)) {
        return Ok(Change::None);
    }
    let file = Temporary(std::env::temp_dir().join(format!("shimkeeper-task-{}.xml", std::process::id())));
    files::write_atomically(&file.0, &xml::written(&wanted, &sid()?))?;
    let path = file.0.to_str().ok_or(ErrorKind::InvalidFilename)?;
    output_of(PROGRAM_OF_THE_SYSTEM, &["/Create", "/TN", name, "/XML", path, "/F"], DOING)?;
    Ok(Change::Made)
}

fn task_of(job: &Job) -> io::Result<Task> {
    let command = job.program.to_str().ok_or_else(|| {
        io::Error::new(ErrorKind::InvalidInput, wording::schedule_path(&job.program.display()))
    })?;
    let arguments = job.args.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    Ok(Task { command: command.to_owned(), arguments, every: Some(job.every), enabled: true })
}

/// As programs split their command lines: backslashes count only in front of a quote.
fn quoted(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\t', '"']) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for c in word.chars() {
        match c {
            '\\' => backslashes += 1,
            '"' => quoted.push_str(&"\\".repeat(std::mem::take(&mut backslashes) * 2 + 1)),
            _ => quoted.push_str(&"\\".repeat(std::mem::take(&mut backslashes))),
        }
        if c != '\\' {
            quoted.push(c);
        }
    }
    quoted.push_str(&"\\".repeat(backslashes * 2));
    quoted.push('"');
    quoted
}

pub(crate) fn disable() -> io::Result<()> {
    disable_as(NAME)
}

fn disable_as(name: &str) -> io::Result<()> {
    if matches!(fs::metadata(kept_in(name)), Err(error) if error.kind() == ErrorKind::NotFound) {
        return Ok(());
    }
    output_of(PROGRAM_OF_THE_SYSTEM, &["/Delete", "/TN", name, "/F"], DOING).map(drop)
}

/// A file that is gone when this value is gone.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // A failed removal leaves litter, not harm; Drop has nobody to tell.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            program: r"C:\my tools & toys\shimkeeper-tray.exe".into(),
            args: ["--home", r"D:\a b\", "--cleanup"].map(str::to_owned).into(),
            every: Duration::from_mins(5),
        }
    }

    #[test]
    fn a_task_starts_this_program_or_another_one_or_nothing() {
        let task = task_of(&job()).unwrap();
        let command = r#""C:\my tools & toys\shimkeeper-tray.exe" --home "D:\a b\" --cleanup"#.to_owned();
        let on = Schedule::On { every: Duration::from_mins(5), command: command.clone() };
        assert_eq!(judge(&task, &job().program).unwrap(), on);
        let program = Path::new(r"c:\My Tools & Toys\shimkeeper-tray.exe");
        assert_eq!(judge(&task, program).unwrap(), on, "Windows does not mind the case");
        let elsewhere = judge(&task, Path::new(r"C:\shimkeeper-tray.exe")).unwrap();
        assert_eq!(elsewhere, Schedule::Elsewhere { command });
        for odd in [Task { enabled: false, ..task.clone() }, Task { every: None, ..task }] {
            assert_eq!(judge(&odd, &job().program).unwrap(), Schedule::Stopped);
        }
    }

    #[test]
    fn words_come_through_whole() {
        let words = [r"D:\a b\", r#"say "hi""#, r"C:\x", "", r#"a\"b"#, "--cleanup"];
        let line = words.map(quoted).join(" ");
        assert_eq!(split(format!("x {line}").encode_utf16().collect()).unwrap()[1..], words);
    }

    #[test]
    fn the_schedulers_columns_are_read_in_any_language() {
        let told = "\"PC\",\"\\Shimkeeper cleanup\",\"24.11.2026 10:05:00\",\"Bereit\",\"Nur interaktiv\",\
                    \"24.11.2026 10:00:00\",\"0\",\"x\"\r\n";
        let runs = runs_in(told);
        assert_eq!(runs.next.as_deref(), Some("24.11.2026 10:05:00"));
        assert_eq!(runs.last.as_deref(), Some("24.11.2026 10:00:00"));
        let never =
            told.replace("24.11.2026 10:05:00", "N/A").replace("24.11.2026 10:00", "30.11.1999 00:00");
        assert_eq!(runs_in(&never), Runs::default());
        assert_eq!(runs_in(""), Runs::default());
    }

    #[test]
    fn a_task_is_made_and_removed_and_both_may_be_repeated() {
        let name = format!("Shimkeeper test {}", std::process::id());
        for _ in 0..2 {
            enable_as(&name, &job()).unwrap();
            assert!(kept_in(&name).exists());
        }
        let leftover = std::env::temp_dir().join(format!("shimkeeper-task-{}.xml", std::process::id()));
        assert!(!leftover.exists());
        for _ in 0..2 {
            disable_as(&name).unwrap();
            assert!(!kept_in(&name).exists());
        }
        assert_eq!(read(&name).unwrap(), None);
    }
}
