@echo off
rem Starts the MCP server by "shimkeeper start", for those who double-click. Words given here go on to it.
rem No blocks in parentheses and no delayed expansion: a folder may be called "R&D (100%%)!".
setlocal EnableExtensions DisableDelayedExpansion
set "shimkeeper=%~dp0shimkeeper.exe"
if exist "%shimkeeper%" goto run
set "shimkeeper=%~dp0..\shimkeeper.exe"
if exist "%shimkeeper%" goto run
rem On the PATH, and not in whatever folder this was called from.
set "shimkeeper="
for %%P in (shimkeeper.exe) do set "shimkeeper=%%~$PATH:P"
if defined shimkeeper goto run
set "code=125"
echo shimkeeper.exe was found neither beside this file, nor one folder up, nor on the PATH.
goto failed
:run
"%shimkeeper%" start %*
set "code=%errorlevel%"
if "%code%"=="0" exit /b 0
echo.
echo The server ended with error %code%; what went wrong stands above.
:failed
pause
exit /b %code%
