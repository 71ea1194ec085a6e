/* wine 8 lacks this library, which the programs import for random numbers. The one function that they
 * want, handed on to a library that wine has. Stands beside the programs in tests only. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count)
{
    return SystemFunction036(bytes, (ULONG)count);
}
