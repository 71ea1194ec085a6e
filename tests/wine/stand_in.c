/* Stands in for the programs where the installer alone is tried: the same options, nothing else.
 *
 *   shimkeeper-tray.exe [--autostart]   runs until it is asked to end, then ends with 0
 *   shimkeeper-tray.exe --quit          asks the running one to end and waits for it
 *   shimkeeper-tray.exe --forget        takes back what it wrote outside of logs and configuration
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define RUNS "Local\\ShimkeeperStandInRuns"
#define END "Local\\ShimkeeperStandInEnd"

static void state(char *path, const char *name) {
    GetEnvironmentVariableA("LOCALAPPDATA", path, MAX_PATH);
    strcat(path, "\\shimkeeper");
    CreateDirectoryA(path, NULL);
    strcat(path, "\\data");
    CreateDirectoryA(path, NULL);
    strcat(path, name);
}

static void touch(const char *name) {
    char path[MAX_PATH + 64];
    state(path, name);
    FILE *file = fopen(path, "a");
    if (file) fclose(file);
}

static int run(void) {
    HANDLE one = CreateMutexA(NULL, TRUE, RUNS);
    if (GetLastError() == ERROR_ALREADY_EXISTS) return 0;
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, END);
    touch("\\tray.lock");
    touch("\\icon.png");
    DWORD waited = WaitForSingleObject(end, 120000);
    Sleep(500);
    ReleaseMutex(one);
    return waited == WAIT_OBJECT_0 ? 0 : 9;
}

static int quit(void) {
    touch("\\tray.lock");
    HANDLE one = OpenMutexA(SYNCHRONIZE, FALSE, RUNS);
    if (!one) return 0;
    HANDLE end = CreateEventA(NULL, TRUE, FALSE, END);
    SetEvent(end);
    return WaitForSingleObject(one, 75000) == WAIT_TIMEOUT ? 1 : 0;
}

static int forget(void) {
    char path[MAX_PATH + 64];
    HKEY key;
    if (RegOpenKeyExA(HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", 0, KEY_WRITE, &key) == 0)
        RegDeleteValueA(key, "Shimkeeper");
    state(path, "\\leases");
    RemoveDirectoryA(path);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--quit") == 0) return quit();
    if (argc > 1 && strcmp(argv[1], "--forget") == 0) return forget();
    return run();
}
